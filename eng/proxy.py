#!/usr/bin/env python3
"""Proxies with the configurations of docs/proxies, of which only ports and files are replaced.

eng/proxy.py run NAME http://127.0.0.1:5000 [FILE]    starts one on free ports, writes {"http": URL, "https": URL}, ends with its input
eng/proxy.py measure [NAME ...]                what each costs, against the sample: the table of docs/deploying.md
"""
import contextlib
import http.client
import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATIENCE = 80
PORTS = itertools.count(2 * os.getpid())
YARP = """#:sdk Microsoft.NET.Sdk.Web
#:package Yarp.ReverseProxy@2.3.0
using System.Text;
var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(\"\"\"
%s
\"\"\")));
builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
var app = builder.Build();
app.MapReverseProxy();
app.Run("http://127.0.0.1:%d");
"""


def free_port():
    """Below the range from which the system takes ports. Processes that run at the same time begin at different ones."""
    while True:
        port = 30_000 + next(PORTS) % 2_000
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"eng/proxy.py: {what}: not in {patience} s")
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Adapted:
    """One of the files, with this machine's ports and certificate."""

    def __init__(self, file, folder, backend, plain, secure):
        self.folder, self.plain, self.secure = folder, plain, secure
        self.certificate, self.key = f"{folder}/app.pem", f"{folder}/app.key"
        with open(os.path.join(ROOT, "docs/proxies", file), encoding="utf-8") as source:
            text = source.read()
        text = text.replace("127.0.0.1:5000", backend).replace('"5000"', f'"{backend.rpartition(":")[2]}"')
        text = text.replace("/etc/ssl/app", f"{folder}/app")
        # "listen 80;", "bind :80", ":80 {" and "<VirtualHost *:80>"
        for port, own in (("80", plain), ("443", secure)):
            text = re.sub(rf"(listen )\b{port}\b", rf"\g<1>127.0.0.1:{own}", text)
            text = re.sub(rf"(^|bind |\*):{port}\b", rf"\g<1>:{own}", text, flags=re.MULTILINE)
        self.text = text

    def write(self, name, head="", tail=""):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as target:
            target.write(f"{head}{self.text}{tail}")
        return path


def nginx(site):
    temporary = " ".join(f"{what}_temp_path {site.folder};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    head = f"pid {site.folder}/nginx.pid; error_log stderr error; events {{}} http {{ access_log off; {temporary}\n"
    return ["nginx", "-c", site.write("nginx.conf", head, "}\n"), "-g", "daemon off;"]


def haproxy(site):
    # HAProxy reads certificate and key from one file.
    with open(site.key, encoding="utf-8") as key, open(site.certificate, "a", encoding="utf-8") as both:
        both.write(key.read())
    return ["haproxy", "-db", "-q", "-f", site.write("haproxy.cfg")]


def caddy(site):
    path = site.write("Caddyfile", "{\n\tadmin off\n\tauto_https disable_redirects\n\tlog {\n\t\tlevel PANIC\n\t}\n}\n")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", path]


def varnish(site):
    path = site.write("varnish.vcl")
    return ["varnishd", "-F", "-n", f"{site.folder}/varnish", "-a", f"127.0.0.1:{site.plain}", "-f", path, "-s", "malloc,16m"]


def apache(site):
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in ("mpm_event", "authz_core", "headers", "http2", "proxy", "proxy_http", "socache_shmcb", "ssl"))
    head = (f"ServerRoot {site.folder}\nServerName 127.0.0.1\nPidFile {site.folder}/apache.pid\nErrorLog /dev/stderr\nLogLevel error\n"
            f"DefaultRuntimeDir {site.folder}\nMutex file:{site.folder}\n{modules}\n"
            f"User www-data\nGroup www-data\n"
            f"Listen 127.0.0.1:{site.plain}\nListen 127.0.0.1:{site.secure}\n")
    return ["apache2", "-D", "FOREGROUND", "-f", site.write("apache.conf", head)]


PROXIES = {
    "nginx": ("nginx.conf", nginx, True),
    "haproxy": ("haproxy.cfg", haproxy, True),
    "caddy": ("Caddyfile", caddy, True),
    "varnish": ("varnish.vcl", varnish, False),
    "apache": ("apache.conf", apache, True),
}


@contextlib.contextmanager
def running(name, backend, file=None):
    """Runs one of them in front of a URL, with another file if one is given, and yields the URLs to reach it by."""
    default, command, has_tls = PROXIES[name]
    with tempfile.TemporaryDirectory(prefix=f"tornadose-{name}", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o777)  # proxies that drop their privileges write here as well
        plain, secure = free_port(), free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/app.key", "-out", f"{folder}/app.pem",
             "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        site = Adapted(file or default, folder, urllib.parse.urlsplit(backend).netloc, plain, secure)
        environment = {**os.environ, "HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        with subprocess.Popen(command(site), stdout=sys.stderr, env=environment, start_new_session=True) as process:
            try:
                for port in [plain, secure] if has_tls else [plain]:
                    until(lambda: listens(port) or process.poll() is not None, name)
                if process.poll() is not None:
                    sys.exit(f"eng/proxy.py: {name} ended with {process.returncode}")
                yield {"http": f"http://127.0.0.1:{plain}/", **({"https": f"https://127.0.0.1:{secure}/"} if has_tls else {})}
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def yarp(backend):
    """Runs YARP itself, built from a program of one file."""
    with tempfile.TemporaryDirectory(prefix="tornadose-yarp") as folder, open(f"{ROOT}/docs/proxies/yarp.json", encoding="utf-8") as file:
        plain = free_port()
        settings = file.read().replace("127.0.0.1:5000", urllib.parse.urlsplit(backend).netloc)
        with open(f"{folder}/proxy.cs", "w", encoding="utf-8") as program:
            program.write(YARP % (settings, plain))
        with subprocess.Popen(["dotnet", "run", f"{folder}/proxy.cs"], stdout=sys.stderr, start_new_session=True) as process:
            try:
                until(lambda: listens(plain), "yarp", 180)
                yield {"http": f"http://127.0.0.1:{plain}/"}
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def run(name, backend, file=None):
    with running(name, backend, file) as urls:
        print(json.dumps(urls), flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def sample():
    port = free_port()
    command = ["dotnet", "run", "--project", f"{ROOT}/samples/BlazorDashboard", "--", "--urls", f"http://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=sys.stderr, start_new_session=True) as process:
        try:
            until(lambda: listens(port), "the sample", 180)
            yield f"http://127.0.0.1:{port}/"
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def connections(backend):
    """How many established connections a server has."""
    port = f":{urllib.parse.urlsplit(backend).port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return sum(1 for line in table if line.split()[1].endswith(port) and line.split()[3] == "01")


def curl(url, version, *options):
    return ["curl", "-skN", f"--http{version}", "-H", "Accept: text/event-stream", *options, f"{url}stores/notes"]


def first_byte(url, version):
    text = subprocess.run(curl(url, version, "--max-time", "0.5", "-o", os.devnull, "-w", "%{time_starttransfer}"),
                          stdout=subprocess.PIPE, check=False).stdout
    return float(text) * 1000


def publish(backend, text):
    address = urllib.parse.urlsplit(backend)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("POST", "/stores/notes", text, {"Content-Type": "text/plain"})
    connection.getresponse().read()
    connection.close()


def message_and_leave(backend, url, version):
    """How long messages take from their publisher to a reader, and how long the server keeps a reader that has left."""
    with subprocess.Popen(curl(url, version), stdout=subprocess.PIPE) as reader:
        while b"retry:" not in reader.stdout.readline():
            pass
        taken = []
        for message in range(50):
            began = time.monotonic()
            publish(backend, f"measured {message}")
            while f"data: measured {message}\n".encode() != reader.stdout.readline():
                pass
            taken.append((time.monotonic() - began) * 1000)
        time.sleep(0.2)
        before = connections(backend)
        reader.kill()
    left = time.monotonic()
    until(lambda: connections(backend) < before, "the reader's end", 60)
    return statistics.median(taken), time.monotonic() - left


def row(name, backend, urls):
    cells = []
    for scheme, version in (("http", "1.1"), ("https", "2")):
        if scheme in urls:
            first_byte(urls[scheme], version)  # the first request of all compiles the code
            first = statistics.median(first_byte(urls[scheme], version) for _ in range(5))
            message, leave = message_and_leave(backend, urls[scheme], version)
            cells.append((f"{first:.1f} ms", f"{message:.1f} ms", "at once" if leave < 1 else f"{leave:.0f} s"))
        else:
            cells.append(("no",) * 3)
    (first, message, leave), (first2, message2, leave2) = cells
    print(f"| {name} | {first} | {message} | {leave} | {first2} | {message2} | {leave2} |", flush=True)


def measure(*names):
    with sample() as backend:
        row("none", backend, {"http": backend})
        for name in names or [*PROXIES, "yarp"]:
            with yarp(backend) if name == "yarp" else running(name, backend) as urls:
                row(name, backend, urls)


if __name__ == "__main__":
    {"run": run, "measure": measure}[sys.argv[1]](*sys.argv[2:])
