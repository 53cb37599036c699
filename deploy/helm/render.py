#!/usr/bin/env python3
"""Lints the chart and prints what it renders, without a cluster and without the `helm` program.

Usage: render.py VALUES.yaml            (YAML documents on standard output; 1 where lint or rendering fails)

Helm's own library (PyPI `helm-sdkpy`, whose folder HELM_SDK names where it is not installed) installs the
chart into a Kubernetes API that is played here, at a port of this machine: what it is sent is what a cluster
would be. Where `helm` is there, `helm lint` and `helm template` do the same, and deploy/check.sh takes them.
"""
import asyncio
import http.server
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

import yaml

sys.path.insert(0, os.environ.get("HELM_SDK", ""))
# What is installed is remembered nowhere: the library takes this from the environment of the process.
if os.environ.get("HELM_DRIVER") != "memory":
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "HELM_DRIVER": "memory"})
import helm_sdkpy  # noqa: E402
from helm_sdkpy import chart as chart_actions  # noqa: E402

CHART = str(Path(__file__).resolve().parent / "kartoteka")
KINDS = {
    "v1": {"configmaps": "ConfigMap", "secrets": "Secret", "services": "Service",
           "persistentvolumeclaims": "PersistentVolumeClaim", "namespaces": "Namespace"},
    "apps/v1": {"statefulsets": "StatefulSet"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"ingresses": "Ingress", "networkpolicies": "NetworkPolicy"},
    "monitoring.coreos.com/v1": {"servicemonitors": "ServiceMonitor"},
}
created = []


class Cluster(http.server.BaseHTTPRequestHandler):
    """As much of a Kubernetes API as installing asks for: discovery, nothing there, and creation."""

    def answer(self, body, status=200):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        path = self.path.split("?")[0].rstrip("/")
        if path == "/version":
            self.answer({"major": "1", "minor": "30", "gitVersion": "v1.30.0"})
        elif path == "/api":
            self.answer({"kind": "APIVersions", "versions": ["v1"]})
        elif path == "/apis":
            groups = []
            for group in (version.split("/")[0] for version in KINDS if "/" in version):
                version = {"groupVersion": f"{group}/v1", "version": "v1"}
                groups.append({"name": group, "versions": [version], "preferredVersion": version})
            self.answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        elif path.removeprefix("/apis/").removeprefix("/api/") in KINDS:
            version = path.removeprefix("/apis/").removeprefix("/api/")
            verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
            resources = [{"name": name, "kind": kind, "singularName": kind.lower(), "verbs": verbs,
                          "namespaced": kind != "Namespace"} for name, kind in KINDS[version].items()]
            self.answer({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version,
                         "resources": resources})
        elif path.endswith("/secrets"):
            self.answer({"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []})
        else:
            self.answer({"kind": "Status", "apiVersion": "v1", "status": "Failure",
                         "reason": "NotFound", "code": 404}, 404)

    def take(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body.get("type") != "helm.sh/release.v1" and body not in created:
            created.append(body)
        self.answer(body, 201)

    do_POST = do_PUT = do_PATCH = take

    def log_message(self, *_):
        pass


def main():
    values = yaml.safe_load(Path(sys.argv[1]).read_text()) or {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    })
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(config)
        file.flush()
        install(file.name, values)
    print(yaml.safe_dump_all(created, sort_keys=False))


def install(config, values):
    """Lints, then installs into the cluster that `config` names."""
    helm = helm_sdkpy.Configuration(namespace="default", kubeconfig=config)
    lint = asyncio.run(chart_actions.Lint(helm).run(CHART))
    worst = max((message["Severity"] for message in lint["Messages"] or []), default=0)
    # 1 is a remark (the chart has no icon), 2 a warning, 3 an error.
    if worst > 1 or lint["Errors"]:
        sys.exit(f"lint: {lint}")
    asyncio.run(helm_sdkpy.Install(helm).run("kt", CHART, values=values, wait=False))


if __name__ == "__main__":
    main()
