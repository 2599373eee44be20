{{/* What the schema cannot say in a sentence. */}}
{{- define "despacho.checks" -}}
{{- $w := .Values.worker -}}
{{- $g := .Values.gateway -}}
{{- $s := .Values.station -}}
{{- if not (or $w.enabled $g.enabled $s.enabled) -}}
{{- fail "nothing is to run: enable worker, gateway or station" -}}
{{- end -}}
{{- if and $w.enabled $w.autoscaling.enabled $w.workerController.enabled -}}
{{- fail "worker.autoscaling scales one Deployment, and the Worker Controller makes one for each version: enable one of worker.autoscaling and worker.workerController" -}}
{{- end -}}
{{- if and $w.workerController.enabled (or $w.settings.DESPACHO_BUILD_ID $w.settings.TEMPORAL_DEPLOYMENT_NAME) -}}
{{- fail "worker.workerController names deployment and builds itself: leave worker.settings.DESPACHO_BUILD_ID and TEMPORAL_DEPLOYMENT_NAME empty" -}}
{{- end -}}
{{- if and $w.workerController.enabled (eq $w.workerController.rollout.strategy "Progressive") (not $w.workerController.rollout.steps) -}}
{{- fail "worker.workerController.rollout: Progressive needs steps, such as {rampPercentage: 10, pauseDuration: 10m}" -}}
{{- end -}}
{{- if gt (int $w.autoscaling.minReplicas) (int $w.autoscaling.maxReplicas) -}}
{{- fail "worker.autoscaling: minReplicas is more than maxReplicas" -}}
{{- end -}}
{{- if and $g.enabled (not $g.tlsSecret) (not $g.settings.DESPACHO_WEBHOOK_PROXIES) -}}
{{- fail "gateway: without gateway.tlsSecret a proxy speaks https, and every request would seem to come from it: write its addresses or networks into gateway.settings.DESPACHO_WEBHOOK_PROXIES" -}}
{{- end -}}
{{- if or (and $g.ingress.enabled (not $g.ingress.host)) (and $g.partners.ingress.enabled (not $g.partners.ingress.host)) (and $s.ingress.enabled (not $s.ingress.host)) -}}
{{- fail "an ingress needs a host: gateway.ingress.host, gateway.partners.ingress.host, station.ingress.host" -}}
{{- end -}}
{{- if and .Values.temporal.tls.clientSecret .Values.secrets.temporalAPIKey.name -}}
{{- fail "Temporal takes either temporal.tls.clientSecret or secrets.temporalAPIKey" -}}
{{- end -}}
{{- end }}
