package helm

import (
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The types below have the fields that the chart uses of definitions whose Go modules are either
// not published (Temporal's Worker Controller, v1.8) or bring hundreds of others (KEDA, v2.21).

type object struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty"`
}

// workerDeployment is temporal.io/v1alpha1's.
type workerDeployment struct {
	object `json:",inline"`
	Spec   struct {
		Replicas *int32               `json:"replicas,omitempty"`
		Template core.PodTemplateSpec `json:"template"`
		Rollout  struct {
			Strategy string `json:"strategy"`
			Steps    []struct {
				RampPercentage int           `json:"rampPercentage"`
				PauseDuration  meta.Duration `json:"pauseDuration"`
			} `json:"steps,omitempty"`
		} `json:"rollout"`
		Sunset struct {
			ScaledownDelay meta.Duration `json:"scaledownDelay"`
			DeleteDelay    meta.Duration `json:"deleteDelay"`
		} `json:"sunset"`
		WorkerOptions struct {
			ConnectionRef     core.LocalObjectReference `json:"connectionRef"`
			TemporalNamespace string                    `json:"temporalNamespace"`
		} `json:"workerOptions"`
	} `json:"spec"`
}

// connection is temporal.io/v1alpha1's.
type connection struct {
	object `json:",inline"`
	Spec   struct {
		HostPort string `json:"hostPort"`
		TLS      *struct {
			ServerName string `json:"serverName,omitempty"`
		} `json:"tls,omitempty"`
		MutualTLSSecretRef *core.LocalObjectReference `json:"mutualTLSSecretRef,omitempty"`
		APIKeySecretRef    *core.SecretKeySelector    `json:"apiKeySecretRef,omitempty"`
	} `json:"spec"`
}

// scaledObject is keda.sh/v1alpha1's.
type scaledObject struct {
	object `json:",inline"`
	Spec   struct {
		ScaleTargetRef struct {
			APIVersion string `json:"apiVersion,omitempty"`
			Kind       string `json:"kind,omitempty"`
			Name       string `json:"name"`
		} `json:"scaleTargetRef"`
		MinReplicaCount *int32 `json:"minReplicaCount,omitempty"`
		MaxReplicaCount *int32 `json:"maxReplicaCount,omitempty"`
		PollingInterval *int32 `json:"pollingInterval,omitempty"`
		CooldownPeriod  *int32 `json:"cooldownPeriod,omitempty"`
		Triggers        []struct {
			Type              string          `json:"type"`
			Metadata          temporalTrigger `json:"metadata"`
			AuthenticationRef *struct {
				Name string `json:"name"`
				Kind string `json:"kind,omitempty"`
			} `json:"authenticationRef,omitempty"`
		} `json:"triggers"`
	} `json:"spec"`
}

// temporalTrigger are parameters of KEDA's scaler for Temporal: texts all of them.
type temporalTrigger struct {
	Endpoint                string `json:"endpoint"`
	Namespace               string `json:"namespace,omitempty"`
	TaskQueue               string `json:"taskQueue"`
	QueueTypes              string `json:"queueTypes,omitempty"`
	TargetQueueSize         string `json:"targetQueueSize,omitempty"`
	WorkerDeploymentName    string `json:"workerDeploymentName,omitempty"`
	WorkerDeploymentBuildID string `json:"workerDeploymentBuildId,omitempty"`
	TLSServerName           string `json:"tlsServerName,omitempty"`
}

// triggerAuthentication is keda.sh/v1alpha1's.
type triggerAuthentication struct {
	object `json:",inline"`
	Spec   struct {
		SecretTargetRef []struct {
			Parameter string `json:"parameter"`
			Name      string `json:"name"`
			Key       string `json:"key"`
		} `json:"secretTargetRef,omitempty"`
	} `json:"spec"`
}
