"""The manifests of one service: what every service needs in a cluster, with its own names in it.

Each service is its own release: `kubectl apply -k deploy/k8s/billing`. RabbitMQ and MongoDB are
run by their operators; what they must hold beforehand is in deploy/rabbitmq and deploy/mongo. The
files are written by `python -m deploy.k8s.manifests` and committed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.product import SERVICES, Ports

HERE = Path(__file__).parent
SECRETS = "/run/secrets"
USER = 10001
COMMON_SECRETS = ("mongo_url", "rabbit_url", "signing_key", "trusted_keys")
OWN_SECRETS: Mapping[str, tuple[str, ...]] = {
    "billing": ("stripe_secret_key", "stripe_webhook_secrets"),
    "notifications": ("smtp_password",),
}
OWN_SETTINGS: Mapping[str, dict[str, str]] = {
    "notifications": {
        "NOTIFICATIONS_SMTP_HOST": "smtp.example.com",
        "NOTIFICATIONS_SMTP_PORT": "587",
        "NOTIFICATIONS_SMTP_STARTTLS": "true",
        "NOTIFICATIONS_SMTP_USERNAME": "doorstep",
        "NOTIFICATIONS_MAIL_FROM": "Doorstep <no-reply@example.com>",
    },
}


def of_service(service: str) -> list[dict[str, Any]]:
    """Everything of one release, in the order it is applied."""
    return [
        _resource("v1", "ServiceAccount", service, automountServiceAccountToken=False),
        _resource("v1", "ConfigMap", service, data=_settings(service)),
        _resource("apps/v1", "Deployment", service, spec=_deployment(service)),
        _resource("v1", "Service", service, spec=_network_service(service)),
        _resource(
            "policy/v1",
            "PodDisruptionBudget",
            service,
            spec={"minAvailable": 1, "selector": {"matchLabels": _labels(service)}},
        ),
        _resource("autoscaling/v2", "HorizontalPodAutoscaler", service, spec=_scaling(service)),
        _resource("networking.k8s.io/v1", "NetworkPolicy", service, spec=_who_may_call(service)),
    ]


def _resource(api: str, kind: str, service: str, **content: object) -> dict[str, Any]:
    metadata = {"name": service, "labels": _labels(service)}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **content}


def _labels(service: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": service, "app.kubernetes.io/part-of": "doorstep"}


def _port(service: str) -> int:
    return Ports().as_dict()[service]


def _settings(service: str) -> dict[str, str]:
    prefix = service.upper()
    secrets = (*COMMON_SECRETS, *OWN_SECRETS.get(service, ()))
    return {
        f"{prefix}_HTTP_HOST": "0.0.0.0",
        f"{prefix}_HTTP_PORT": str(_port(service)),
        f"{prefix}_MONGO_DATABASE": service,
        f"{prefix}_PUBLIC_URL": "https://doorstep.example.com",
        f"{prefix}_ENVIRONMENT": "production",
        **{
            f"{prefix}_{other.upper()}_URL": f"http://{other}:{_port(other)}"
            for other in SERVICES
            if other != service
        },
        **{f"{prefix}_{name.upper()}_FILE": f"{SECRETS}/{name}" for name in secrets},
        **OWN_SETTINGS.get(service, {}),
    }


def _deployment(service: str) -> dict[str, Any]:
    return {
        "replicas": 2,
        "revisionHistoryLimit": 5,
        "selector": {"matchLabels": _labels(service)},
        "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {"metadata": {"labels": _labels(service)}, "spec": _pod(service)},
    }


def _pod(service: str) -> dict[str, Any]:
    return {
        "serviceAccountName": service,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 45,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _labels(service)},
            }
        ],
        "containers": [_container(service)],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {
                "name": "secrets",
                "secret": {"secretName": f"doorstep-{service}", "defaultMode": 0o440},
            },
        ],
    }


def _container(service: str) -> dict[str, Any]:
    def asks(path: str, **timing: int) -> dict[str, Any]:
        return {"httpGet": {"path": path, "port": "http"}, **timing}

    return {
        "name": service,
        "image": f"doorstep/{service}",
        "envFrom": [{"configMapRef": {"name": service}}],
        "ports": [{"name": "http", "containerPort": _port(service)}],
        # Alive as soon as it answers; ready when database, broker and outbox are all right. It is
        # never restarted for something that is away elsewhere.
        "startupProbe": asks("/health/live", periodSeconds=1, failureThreshold=60),
        "livenessProbe": asks("/health/live", periodSeconds=10, timeoutSeconds=5),
        "readinessProbe": asks("/health/ready", periodSeconds=5, timeoutSeconds=5),
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "384Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own
            {"name": "secrets", "mountPath": SECRETS, "readOnly": True},
        ],
    }


def _network_service(service: str) -> dict[str, Any]:
    port = {"name": "http", "port": _port(service), "targetPort": "http"}
    return {"selector": _labels(service), "ports": [port]}


def _scaling(service: str) -> dict[str, Any]:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": service},
        "minReplicas": 2,
        "maxReplicas": 8,
        "metrics": [{"type": "Resource", "resource": cpu}],
    }


def _who_may_call(service: str) -> dict[str, Any]:
    ours = {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "doorstep"}}}
    return {
        "podSelector": {"matchLabels": _labels(service)},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [ours], "ports": [{"port": "http"}]}],
    }


def files() -> dict[Path, str]:
    """Path -> text of every committed manifest."""
    made = {}
    for service in SERVICES:
        documents = yaml.safe_dump_all(of_service(service), sort_keys=False)
        header = "# Written by `python -m deploy.k8s.manifests`; change it there.\n"
        made[HERE / service / "release.yaml"] = header + documents
    return made


def main() -> None:
    """Write the manifests anew."""
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
