{{/* The variable that names the file of each secret. */}}
{{- define "despacho.secretVariables" -}}
clientSecret: DESPACHO_CLIENT_SECRET_FILE
accountsKey: DESPACHO_ACCOUNTS_KEY_FILE
token: DESPACHO_TOKEN_FILE
webhookOutSecret: DESPACHO_WEBHOOK_OUT_SECRET_FILE
accessKeyID: AWS_ACCESS_KEY_ID_FILE
secretAccessKey: AWS_SECRET_ACCESS_KEY_FILE
sessionToken: AWS_SESSION_TOKEN_FILE
temporalAPIKey: TEMPORAL_API_KEY_FILE
traceHeaders: OTEL_EXPORTER_OTLP_HEADERS_FILE
{{- end }}

{{/* Those of the secrets `names` that are given, as name: {name, key}: root, names, over (counts before .Values.secrets). */}}
{{- define "despacho.secrets" -}}
{{- $chosen := dict -}}
{{- range .names -}}
{{- $secret := get $.root.Values.secrets . -}}
{{- with get (default dict (get $ "over")) . -}}{{- if .name -}}{{- $secret = . -}}{{- end -}}{{- end -}}
{{- if $secret.name -}}{{- $_ := set $chosen . $secret -}}{{- end -}}
{{- end -}}
{{- toYaml $chosen -}}
{{- end }}

{{/* Variables with plain values; those without one are left out. */}}
{{- define "despacho.plain" -}}
{{- range $name, $value := . }}
{{- if ne (toString $value) "" }}
- name: {{ $name }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where Temporal is. The Worker Controller sets this by itself, but for the authority. */}}
{{- define "despacho.temporal" -}}
{{- $temporal := .root.Values.temporal -}}
{{- $set := dict -}}
{{- if not (get . "controlled") -}}
{{- $_ := set $set "TEMPORAL_ADDRESS" $temporal.address -}}
{{- $_ := set $set "TEMPORAL_NAMESPACE" $temporal.namespace -}}
{{- if or $temporal.tls.enabled $temporal.tls.clientSecret $temporal.tls.ca.name -}}
{{- $_ := set $set "TEMPORAL_TLS" "true" -}}
{{- $_ := set $set "TEMPORAL_TLS_SERVER_NAME" $temporal.tls.serverName -}}
{{- end -}}
{{- if $temporal.tls.clientSecret -}}
{{- $_ := set $set "TEMPORAL_TLS_CLIENT_CERT_PATH" "/run/secrets/temporal/tls.crt" -}}
{{- $_ := set $set "TEMPORAL_TLS_CLIENT_KEY_PATH" "/run/secrets/temporal/tls.key" -}}
{{- end -}}
{{- end -}}
{{- if $temporal.tls.ca.name -}}
{{- $_ := set $set "TEMPORAL_TLS_SERVER_CA_CERT_PATH" "/run/secrets/temporal/ca.crt" -}}
{{- end -}}
{{- toYaml $set -}}
{{- end }}

{{/* All variables of a program: root, settings, secrets, controlled (by the Worker Controller). */}}
{{- define "despacho.env" -}}
{{- $set := merge dict .settings (fromYaml (include "despacho.temporal" .)) -}}
{{- $_ := set $set "AWS_ENDPOINT_URL_S3" .root.Values.store.endpoint -}}
{{- $_ := set $set "AWS_REGION" .root.Values.store.region -}}
{{- $variables := fromYaml (include "despacho.secretVariables" .root) -}}
{{- range $name, $_ := .secrets -}}
{{- $_ := set $set (get $variables $name) (printf "/run/secrets/despacho/%s" $name) -}}
{{- end -}}
{{- range $name, $_ := .root.Values.extraEnv -}}
{{- if hasKey $set $name -}}{{- fail (printf "extraEnv: the chart sets %s already; use the value that is there for it" $name) -}}{{- end -}}
{{- end -}}
{{- include "despacho.plain" (merge $set .root.Values.extraEnv) -}}
{{- end }}

{{/* Settings of all programs, with the drain. */}}
{{- define "despacho.common" -}}
{{- toYaml (merge (dict "DESPACHO_DRAIN" (printf "%vs" .Values.drainSeconds)) .Values.settings) -}}
{{- end }}
