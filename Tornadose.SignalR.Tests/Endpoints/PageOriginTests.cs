using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Browsers send cookies with a handshake from any page, so only pages of the same host may open a WebSocket (against cross-site
/// WebSocket hijacking).
/// </summary>
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

    [Theory, Case("WS-05", "SEC-08")]
    [InlineData("xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example", true)]
    [InlineData("xn--mnchen-3ya.example:8443", "https://xn--mnchen-3ya.example:8443", true)]
    [InlineData("XN--MNCHEN-3YA.example", "https://xn--mnchen-3ya.example", true)]
    [InlineData("xn--mnchen-3ya.example", "https://münchen.example", true)]
    [InlineData("xn--mnchen-3ya.example", "https://munchen.example", false)]
    [InlineData("xn--mnchen-3ya.example", "https://xn--mnchen-3yb.example", false)]
    [InlineData("xn--a.example", "https://xn--a.example", true)]
    [InlineData("app.example", "https://a\u200db.example", false)]
    [InlineData("app.example:443", "https://app.example", true)]
    [InlineData("app.example:80", "http://app.example", true)]
    [InlineData("app.example:80", "https://app.example", false)]
    [InlineData("[::1]:5000", "http://[::1]:5000", true)]
    [InlineData("[0:0::1]:5000", "http://[::1]:5000", true)]
    [InlineData("[::1]:5000", "http://[::2]:5000", false)]
    [InlineData("localhost", "capacitor://localhost", false)]
    [InlineData("", "https://app.example", false)]
    public void IsAllowed_FormsOfAHost_AreOneHost(string host, string origin, bool allowed)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Host = host; // as received: the property decodes international names
        request.Headers.Origin = origin;
        Assert.Equal(allowed, PageOrigin.IsAllowed(request, []));
    }

    [Theory, Case("WS-05", "SEC-08")]
    [InlineData("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example", true)]
    [InlineData("https://münchen.example", "https://xn--mnchen-3ya.example", true)]
    [InlineData("https://münchen.example:8443", "https://xn--mnchen-3ya.example:8443", true)]
    [InlineData("https://münchen.example", "https://xn--mnchen-3ya.example:8443", false)]
    [InlineData("https://münchen.example", "http://xn--mnchen-3ya.example", false)]
    [InlineData("https://münchen.example", "https://xn--mnchen-3ya.example/", false)]
    [InlineData("https://münchen.example", "https://xn--mnchen-3ya.example.evil.example", false)]
    [InlineData("capacitor://localhost", "capacitor://localhost", true)]
    public void IsAllowed_ListedInUnicodeOrPunycode_MatchesWhatBrowsersSend(string listed, string origin, bool allowed)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString("app.example");
        request.Headers.Origin = origin;
        Assert.Equal(allowed, PageOrigin.IsAllowed(request, [listed]));
    }

    [Fact, Case("WS-05")]
    public async Task Handshake_HostInPunycode_IsItsOwnPagesHost()
    {
        await using var host = await StoresApp.StartAsync();
        await using var own = await RawHttp.GetAsync(
            host.Orders(), [.. RawWs.HandshakeHeaders, ("Host", "xn--mnchen-3ya.example"), ("Origin", "https://xn--mnchen-3ya.example")]);
        Assert.Equal(101, own.Status);
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
        await using var own = await RawHttp.GetAsync(
            host.Orders(), [.. RawWs.HandshakeHeaders, ("Origin", $"http://127.0.0.1:{host.Http1.Port}")]);
        Assert.Equal(101, own.Status);
    }
}
