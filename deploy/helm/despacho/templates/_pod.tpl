{{/*
The template of a program's pods: root, component, command, arguments, settings, secrets, ports (name: number), mounts
and volumes (lists), of (the component's values), lingers (seconds between leaving the Service and SIGTERM), spread,
controlled, account, never (a Job's restart policy).
*/}}
{{- define "despacho.pod" -}}
metadata:
  # Without the chart's version: a new chart alone starts no pod anew, and is no version of the worker.
  labels:
    {{- include "despacho.selector" . | nindent 4 }}
    {{- with .root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .root.Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ default (include "despacho.serviceAccount" .root) (get . "account") }}
  automountServiceAccountToken: false
  # Variables that Kubernetes makes of Services, such as DESPACHO_GATEWAY_PORT, would pass for settings.
  enableServiceLinks: false
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if get . "never" }}
  restartPolicy: Never
  {{- else }}
  terminationGracePeriodSeconds: {{ add .root.Values.drainSeconds 30 (default 0 (get . "lingers")) }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: {{ .component }}
      image: {{ include "despacho.image" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: [{{ .command }}]
      args: {{ toJson .arguments }}
      env:
        {{- include "despacho.env" . | nindent 8 }}
      {{- with get . "ports" }}
      ports:
        {{- range $name, $number := . }}
        - {name: {{ $name }}, containerPort: {{ $number }}, protocol: TCP}
        {{- end }}
      livenessProbe:
        httpGet: {path: /healthz, port: health}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: health}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- end }}
      {{- with get . "lingers" }}
      lifecycle:
        preStop:
          sleep: {seconds: {{ . }}}
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      resources:
        {{- toYaml .of.resources | nindent 8 }}
      volumeMounts:
        {{- include "despacho.mounts" . | nindent 8 }}
  volumes:
    {{- include "despacho.volumes" . | nindent 4 }}
  {{- with .root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with get .of "affinity" }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if get . "spread" }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "despacho.selector" . | nindent 10 }}
  {{- end }}
{{- end }}

{{- define "despacho.mounts" -}}
{{- with .mounts }}
{{- toYaml . }}
{{- end }}
{{- if .secrets }}
- {name: secrets, mountPath: /run/secrets/despacho, readOnly: true}
{{- end }}
{{- if include "despacho.certificates" . }}
- {name: temporal-certificates, mountPath: /run/secrets/temporal, readOnly: true}
{{- end }}
{{- end }}

{{- define "despacho.volumes" -}}
{{- with .volumes }}
{{- toYaml . }}
{{- end }}
{{- with .secrets }}
- name: secrets
  projected:
    # The group of the pod's user reads them.
    defaultMode: 0440
    sources:
      {{- range $name, $secret := . }}
      - secret:
          name: {{ $secret.name }}
          items: [{key: {{ $secret.key }}, path: {{ $name }}}]
      {{- end }}
{{- end }}
{{- with include "despacho.certificates" . }}
- name: temporal-certificates
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- end }}

{{- define "despacho.certificates" -}}
{{- $tls := .root.Values.temporal.tls }}
{{- if and $tls.clientSecret (not (get . "controlled")) }}
- secret:
    name: {{ $tls.clientSecret }}
    items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]
{{- end }}
{{- if $tls.ca.name }}
- secret:
    name: {{ $tls.ca.name }}
    items: [{key: {{ $tls.ca.key }}, path: ca.crt}]
{{- end }}
{{- end }}

{{/* A volume of a program's own certificate, and where it is mounted. */}}
{{- define "despacho.certificate" -}}
volumes:
  - name: certificate
    secret:
      secretName: {{ . }}
      defaultMode: 0440
      items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]
mounts:
  - {name: certificate, mountPath: /run/secrets/certificate, readOnly: true}
{{- end }}
