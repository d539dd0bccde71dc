using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>Cookies go along with a handshake from any page, so that only pages of the same host may open a WebSocket (cross-site WebSocket hijacking).</summary>
public sealed class PageOriginTests
{
    [Theory, Case("WS-05", "WS-06", "SEC-08")]
    [InlineData(null, true)]
    [InlineData("https://app.example", true)]
    [InlineData("http://app.example", true)]
    [InlineData("https://friend.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("https://app.example.evil.example", false)]
    [InlineData("https://xapp.example", false)]
    [InlineData("https://sub.app.example", false)]
    [InlineData("https://app.example:8443", false)]
    [InlineData("http://friend.example", false)]
    [InlineData("https://friend.example/", false)]
    [InlineData("https://friend.example.evil.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    [InlineData("app.example", false)]
    [InlineData("javascript:alert(1)", false)]
    public void IsAllowed_Origin_SameHostOrExactlyListed(string? origin, bool allowed)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("app.example");
        if (origin is not null)
            request.Headers.Origin = origin;
        Assert.Equal(allowed, PageOrigin.IsAllowed(request, ["https://friend.example"]));
    }

    [Fact, Case("WS-05")]
    public void IsAllowed_HostWithPort_PortCounts()
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("localhost", 5000);
        request.Headers.Origin = "http://localhost:5000";
        Assert.True(PageOrigin.IsAllowed(request, []));
        request.Headers.Origin = "http://localhost:5001";
        Assert.False(PageOrigin.IsAllowed(request, []));
        Assert.True(PageOrigin.IsAllowed(request, ["*"]));
    }

    [Fact, Case("WS-05", "SEC-08")]
    public async Task Handshake_ForeignOrigin_IsRefusedBeforeTheUpgrade()
    {
        await using var host = await StoresApp.StartAsync();
        await using var foreign = await RawHttp.GetAsync(host.Orders(), [.. RawWs.HandshakeHeaders, ("Origin", "https://evil.example")]);
        Assert.Equal((403, 0), (foreign.Status, host.Subscribers()));
        await using var own = await RawHttp.GetAsync(host.Orders(), [.. RawWs.HandshakeHeaders, ("Origin", $"http://127.0.0.1:{host.Http1.Port}")]);
        Assert.Equal(101, own.Status);
    }
}
