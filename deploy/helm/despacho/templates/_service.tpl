{{/* The Service of a component: root, component, of (its values), port (the container port's name). */}}
{{- define "despacho.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "despacho.fullname" .root }}-{{ .component }}
  labels:
    {{- include "despacho.labels" . | nindent 4 }}
  {{- with .of.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .of.service.type }}
  {{- with .of.service.externalTrafficPolicy }}
  externalTrafficPolicy: {{ . }}
  {{- end }}
  selector:
    {{- include "despacho.selector" . | nindent 4 }}
  ports:
    - name: {{ .port }}
      port: {{ .of.service.port }}
      targetPort: {{ .port }}
      protocol: TCP
{{- end }}

{{/* The Ingress of a component: root, component, of, path, pathType, port. */}}
{{- define "despacho.ingress" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "despacho.fullname" .root }}-{{ .component }}
  labels:
    {{- include "despacho.labels" . | nindent 4 }}
  {{- with .of.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .of.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .of.ingress.tlsSecret }}
  tls:
    - hosts: [{{ $.of.ingress.host }}]
      secretName: {{ . }}
  {{- end }}
  rules:
    - host: {{ .of.ingress.host }}
      http:
        paths:
          - path: {{ .path }}
            pathType: {{ .pathType }}
            backend:
              service:
                name: {{ include "despacho.fullname" .root }}-{{ .component }}
                port: {name: {{ .port }}}
{{- end }}
