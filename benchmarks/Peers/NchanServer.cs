namespace Tornadose.Benchmarks.Peers;

/// <summary>
/// nginx with nchan, the best of the peers that are written in C, where both are installed (Debian: nginx, libnginx-mod-nchan).
/// </summary>
internal static class NchanServer
{
    public const string Kind = "nchan";

    private const string Module = "ngx_nchan_module.so";
    private const string NeededModule = "ndk_http_module.so"; // where nchan is built with it
    private static readonly string[] Folders = [
        "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules", "/etc/nginx/modules"];

    public static RunningServer Start()
    {
        var module = Find(Module) ?? throw new InvalidOperationException(
            "nchan is not installed (Debian: apt-get install nginx libnginx-mod-nchan)");
        var folder = Directory.CreateTempSubdirectory("nchan").FullName;
        var file = Path.Combine(folder, "nginx.conf");
        return ForeignServer.Start("nginx", port =>
        {
            File.WriteAllText(file, Configuration(module, port, folder));
            return $"-p {folder} -e stderr -c {file}";
        });
    }

    private static string? Find(string module) => Folders.Select(folder => Path.Combine(folder, module)).FirstOrDefault(File.Exists);

    private static string Configuration(string module, int port, string folder) => $$"""
        {{(Find(NeededModule) is { } needed ? $"load_module {needed};" : "")}}
        load_module {{module}};
        worker_processes 1; daemon off; pid {{folder}}/pid; error_log stderr crit;
        events { worker_connections 50000; }
        http {
          access_log off; keepalive_requests 100000000; nchan_shared_memory_size 512M;
          client_body_temp_path {{folder}}; proxy_temp_path {{folder}};
          fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
          server {
            listen 127.0.0.1:{{port}};
            location = /sub { nchan_subscriber eventsource websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }
            location = /pub { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 1000; }
          }
        }
        """;
}
