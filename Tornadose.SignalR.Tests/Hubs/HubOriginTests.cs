using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

public sealed class HubOriginTests
{
    [Theory, Case("SEC-08"), InlineData("https://evil.example", 403), InlineData(null, 101)]
    public async Task Handshake_Origin_IsCheckedAsForTheStores(string? origin, int status)
    {
        await using var host = await HubHost.StartAsync();
        (string, string)[] headers = origin is null ? [.. RawWs.HandshakeHeaders] : [.. RawWs.HandshakeHeaders, ("Origin", origin)];
        await using var answer = await RawHttp.GetAsync(host.Url, headers);
        Assert.Equal(status, answer.Status);
    }
}
