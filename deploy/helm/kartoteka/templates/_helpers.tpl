{{- define "kartoteka.labels" -}}
app.kubernetes.io/name: kartoteka
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "kartoteka.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "kartoteka.inbox" -}}
{{ .Values.inbox.existingClaim | default (printf "%s-inbox" .Release.Name) }}
{{- end }}

{{/* Who it runs as and what it may not do; landlock and seccomp inside are the program's own. */}}
{{- define "kartoteka.pod" -}}
automountServiceAccountToken: false
terminationGracePeriodSeconds: 45
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "kartoteka.container" -}}
image: {{ include "kartoteka.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- if .Values.cluster.enabled }}
envFrom:
  - secretRef:
      name: {{ required "cluster.existingSecret: the Secret with KARTOTEKA_LEDGER_URL and the keys of S3" .Values.cluster.existingSecret }}
{{- end }}
{{- end }}

{{- define "kartoteka.env" -}}
- { name: KARTOTEKA_INBOX, value: /inbox }
{{- if .Values.cluster.enabled }}
- name: KARTOTEKA_ARCHIVE_URL
  value: {{ required "cluster.archive.url: s3://bucket/prefix" .Values.cluster.archive.url | quote }}
{{- with .Values.cluster.archive.endpoint }}
- { name: KARTOTEKA_ARCHIVE_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- with .Values.cluster.archive.region }}
- { name: KARTOTEKA_ARCHIVE_REGION, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- end }}

{{- define "kartoteka.mounts" -}}
- { name: data, mountPath: /data }
- { name: inbox, mountPath: /inbox }
- { name: configuration, mountPath: /etc/kartoteka, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- end }}

{{- define "kartoteka.volumes" -}}
- name: inbox
  persistentVolumeClaim: { claimName: {{ include "kartoteka.inbox" . }} }
- name: configuration
  configMap: { name: {{ .Release.Name }}-kartoteka }
- name: tmp
  emptyDir: { sizeLimit: 1Gi }
{{- end }}

{{- define "kartoteka.claim" -}}
- metadata: { name: data }
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .className }}
    storageClassName: {{ . }}
    {{- end }}
    resources: { requests: { storage: {{ .size }} } }
{{- end }}
