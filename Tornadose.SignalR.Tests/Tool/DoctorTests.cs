using Microsoft.AspNetCore.Builder;
using Tornadose.SignalR.Tests.Conformance;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Tool;

/// <summary>The doctor names what is wrong between a reader and the server: with a real nginx, correctly and wrongly configured.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Doctor_Direct_FindsNothing()
    {
        await using var host = await StartAsync();
        Assert.Equal((0, "Nothing stands in the way."), await LookAsync(host.Http1, "--publish"));
    }

    [Fact]
    public async Task Nginx_AsDocumented_FindsNothing()
    {
        await using var host = await StartAsync();
        await using var nginx = await ProxyProcess.StartAsync("nginx", host.Http1);
        Assert.Equal((0, "Nothing stands in the way."), await LookAsync(nginx.Http, "--publish"));
    }

    [Theory]
    [InlineData("proxy_ignore_headers X-Accel-Buffering;", "A stream's beginning does not come", "A WebSocket is not answered")]
    [InlineData("proxy_read_timeout 5s;", "A stream is cut after", "A WebSocket is refused with")]
    [InlineData("proxy_set_header Last-Event-ID '';", "is lost on the way (its header Last-Event-ID)", "A WebSocket is refused with")]
    [InlineData("proxy_hide_header Cache-Control;", "Cache-Control was removed", "A WebSocket is refused with")]
    [InlineData(
        "proxy_hide_header Content-Encoding; proxy_hide_header Cache-Control; gzip on; gzip_types text/event-stream; gzip_proxied any;",
        "Cache-Control was removed", "compressed on the way", "A WebSocket is refused with")]
    [InlineData("gzip on; gzip_types application/json; gzip_min_length 1; proxy_http_version 1.1;", "A WebSocket is refused with")]
    [InlineData("proxy_hide_header Tornadose-Resume;", "Tornadose-Resume was removed", "A WebSocket is refused with")]
    public async Task Nginx_Wrong_SaysWhatIsWrong(string line, params string[] words)
    {
        await using var host = await StartAsync(keepAliveSeconds: 60); // otherwise it would race with nginx's timeout
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $$"""
                server {
                  listen 80;
                  listen 443 ssl;
                  ssl_certificate /etc/ssl/app.pem;
                  ssl_certificate_key /etc/ssl/app.key;
                  location / {
                    proxy_pass http://127.0.0.1:5000;
                    proxy_set_header Host $http_host;
                    {{line}}
                  }
                }
                """);
            await using var nginx = await ProxyProcess.StartAsync("nginx", host.Http1, file);
            var watch = line.StartsWith("proxy_read_timeout", StringComparison.Ordinal) ? 60 : 3; // it ends at the cut
            await using var doctor = ToolRun.Start("doctor", $"{nginx.Http}stores/orders", "--watch", $"{watch}", "--patience", "10");
            Assert.Equal(1, await doctor.ExitAsync());
            var said = doctor.Output;
            Assert.All(words, word => Assert.Contains(word, said, StringComparison.Ordinal));
            Assert.Equal(words.Length, said.Split('\n').Count(static spoken => spoken.StartsWith("FAULT", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("stores/nothing", "404.")]
    [InlineData("stores/page", "This is not a store")]
    public async Task Doctor_NoStore_SaysSo(string path, string words)
    {
        await using var host = await TestHost.StartAsync(
            static _ => { }, static app => app.MapGet("/stores/page", static () => "a page"));
        await using var doctor = ToolRun.Start("doctor", $"{host.Http1}{path}", "--patience", "60");
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.Contains(words, doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "--token")]
    [InlineData(403, "may not")]
    [InlineData(429, "A limit of the server")]
    [InlineData(500, "The server's log says why")]
    [InlineData(502, "A proxy does not reach the server")]
    [InlineData(503, "no room for another reader")]
    public async Task Doctor_Status_SaysWhatToDo(int status, string words)
    {
        await using var host = await TestHost.StartAsync(
            static _ => { }, app => app.MapGet("/stores/orders", () => Microsoft.AspNetCore.Http.Results.StatusCode(status)));
        await using var doctor = Start(host.Http1);
        Assert.Equal(1, await doctor.ExitAsync());
        var said = doctor.Output;
        Assert.StartsWith($"FAULT  {status}. ", said, StringComparison.Ordinal);
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.test/stores/orders", true)]
    [InlineData("/login?ReturnUrl=%2Fstores%2Forders", false)]
    public async Task Doctor_Redirect_SaysWhereToAndDoesNotFollow(string location, bool isPermanent)
    {
        await using var host = await TestHost.StartAsync(static _ => { }, app => app.MapGet(
            "/stores/orders", () => Microsoft.AspNetCore.Http.Results.Redirect(location, isPermanent)));
        await using var doctor = Start(host.Http1);
        Assert.Equal(1, await doctor.ExitAsync());
        var said = doctor.Output;
        Assert.StartsWith($"FAULT  {(isPermanent ? 301 : 302)}, to {location}. ", said, StringComparison.Ordinal);
        Assert.Contains("a WebSocket does not follow", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_PageInPlaceOfTheStore_SaysWhatItMayBe()
    {
        await using var host = await TestHost.StartAsync(static _ => { }, static app => app.MapGet(
            "/stores/orders", static () => Microsoft.AspNetCore.Http.Results.Content("<p>Sign in", "text/html")));
        await using var doctor = Start(host.Http1);
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.Contains("it sends text/html. A sign-in page", doctor.Output, StringComparison.Ordinal);
    }

    /// <summary>The certificate was issued by an untrusted authority.</summary>
    [Fact]
    public async Task Certificate_NotTrusted_SaysWhatToLookAt()
    {
        await using var host = await StartAsync();
        await using var nginx = await ProxyProcess.StartAsync("nginx", host.Http1);
        await using var doctor = Start(nginx.Https!);
        Assert.Equal(1, await doctor.ExitAsync());
        var said = doctor.Output;
        Assert.StartsWith("FAULT  TLS fails: ", said, StringComparison.Ordinal);
        Assert.Contains("that this machine trusts", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_WithoutTls_SaysSo()
    {
        await using var host = await StartAsync();
        await using var doctor = Start(new UriBuilder(host.Http1) { Scheme = "https" }.Uri);
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.Contains("Does this port speak https?", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_Unknown_SaysSo()
    {
        await using var doctor = ToolRun.Start("doctor", "http://nobody.invalid/stores/orders", "--patience", "60");
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.Contains("The name nobody.invalid is not known here", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Nobody_SaysSo()
    {
        await using var doctor = ToolRun.Start("doctor", $"http://127.0.0.1:{RedisProcess.FreePort()}/stores/orders");
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.Contains("Nothing listens at", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatIsComplete_SaysSo()
    {
        await using var host = await StartAsync();
        await host.OrdersStore().CompleteAsync();
        await using var doctor = Start(host.Http1);
        Assert.Equal(1, await doctor.ExitAsync());
        Assert.StartsWith("FAULT  The store is complete", doctor.Output, StringComparison.Ordinal);
    }

    private static Task<TestHost> StartAsync(int keepAliveSeconds = 1) => StoresApp.StartAsync(options: all =>
    {
        all.KeepAlive = TimeSpan.FromSeconds(keepAliveSeconds);
        all.DrainWindow = TimeSpan.Zero;
    });

    private static ToolRun Start(Uri server, params string[] options) =>
        ToolRun.Start(["doctor", $"{server}stores/orders", "--watch", "3", "--patience", "30", .. options]);

    private static async Task<(int Exit, string Words)> LookAsync(Uri server, params string[] options)
    {
        await using var doctor = Start(server, options);
        var exit = await doctor.ExitAsync();
        var said = doctor.Output.TrimEnd();
        return (exit, exit == 0 ? said[(said.LastIndexOf('\n') + 1)..] : said);
    }
}
