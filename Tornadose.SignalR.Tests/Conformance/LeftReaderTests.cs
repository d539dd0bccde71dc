using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>Behind the documented proxies, a disconnected reader is no longer counted, including against limits.</summary>
public sealed class LeftReaderTests
{
    /// <summary>At once, without a failed keep-alive: the next one is an hour away.</summary>
    [Theory, InlineData("nginx"), InlineData("haproxy"), InlineData("caddy"), InlineData("varnish")]
    public Task Reader_HasLeft_IsNotCountedAnyLonger(string proxy) => LeaveAsync(proxy, TimeSpan.FromHours(1));

    /// <summary>Apache detects it when it writes: by the second keep-alive.</summary>
    [Fact]
    public Task Reader_HasLeftBehindApache_IsNotCountedAfterTwoKeepAlives() => LeaveAsync("apache", TimeSpan.FromSeconds(1));

    private static async Task LeaveAsync(string name, TimeSpan keepAlive)
    {
        await using var host = await StoresApp.StartAsync(options: all => all.KeepAlive = keepAlive);
        await using var proxy = await ProxyProcess.StartAsync(name, host.Http1);
        var reader = await RawSse.OpenAsync(new Uri(proxy.Http, "stores/orders"));
        await host.UntilSubscribersAsync(1);
        await reader.DisposeAsync();
        await host.UntilSubscribersAsync(0);
    }
}
