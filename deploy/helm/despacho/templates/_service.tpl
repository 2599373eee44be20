{{/* The container ports of the gateway by name: partners have one where they have an address of their own. */}}
{{- define "despacho.gatewayPorts" -}}
health: 9091
webhooks: 8478
{{- with .Values.gateway.settings.DESPACHO_GATEWAY_PARTNERS_LISTEN }}
partners: {{ regexFind "[0-9]+$" . }}
{{- end }}
{{- end }}

{{/* The Service of a component: root, component, of (its values), port (the container port's name), also (further ports by name). */}}
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
    {{- with get . "also" }}
    {{- range $name, $number := . }}
    - name: {{ $name }}
      port: {{ $number }}
      targetPort: {{ $name }}
      protocol: TCP
    {{- end }}
    {{- end }}
{{- end }}

{{/* An Ingress of a component: root, component, suffix (of its name), of, path, pathType, port. */}}
{{- define "despacho.ingress" -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "despacho.fullname" .root }}-{{ .component }}{{ get . "suffix" }}
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
