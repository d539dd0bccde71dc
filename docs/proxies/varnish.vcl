vcl 4.1;

backend app {
  .host = "127.0.0.1";
  .port = "5000";
  .between_bytes_timeout = 60s;    # the default: four times KeepAlive. Never less than KeepAlive
}

sub vcl_recv {
  if (req.http.Upgrade ~ "(?i)websocket") {
    return (pipe);                 # WebSockets
  }
  if (req.url ~ "^/(stores|hubs)(/|\?|$)") {
    return (pipe);                 # streams are not cached, and nobody waits for another reader of the same URL
  }
}

sub vcl_pipe {
  if (req.http.Upgrade) {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
  }
}
