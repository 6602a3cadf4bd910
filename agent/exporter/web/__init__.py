"""Who may read the metrics, and how: the web configuration file in the format of Prometheus' exporter-toolkit.

Format: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. What this server cannot do
as the file says is refused, never left out silently; `http2` alone has no effect, since every client speaks HTTP/1.1.
"""
