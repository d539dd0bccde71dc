using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

[Collection(ConformanceSuite.Name)]
public sealed class WebSocketConformance(Deployment deployment)
{
    private static readonly Dictionary<string, (Func<RawWs, Task> Commit, int Code)> Faults = new()
    {
        ["binary"] = (socket => socket.SendAsync(WsOpcode.Binary, [1, 2, 3]), 1003),
        ["too big"] = (socket => socket.SendAsync(WsOpcode.Text, new byte[5000]), 1009),
        ["invalid UTF-8"] = (socket => socket.SendAsync(WsOpcode.Text, [0xc3, 0x28]), 1007),
        ["unmasked"] = (socket => socket.SendAsync(WsOpcode.Text, new byte[20], masked: false), 1002),
        ["unknown opcode"] = (socket => socket.SendAsync(3, new byte[1]), 1002),
        ["reserved bit"] = (socket => socket.SendAsync(WsOpcode.Text, new byte[1], rsv: 4), 1002),
        ["long ping"] = (socket => socket.SendAsync(WsOpcode.Ping, new byte[126]), 1002),
        ["invalid close"] = (socket => socket.SendCloseAsync(999), 1002),
        ["close with a code"] = (socket => socket.SendCloseAsync(3999, "bye"), 3999),
        ["close"] = (socket => socket.SendCloseAsync(), 1000),
    };

    public static TheoryData<string> Servers => Deployment.Servers;

    public static TheoryData<string> AllServers => Deployment.AllServers;

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "WS-01")]
    public async Task Handshake_Wrong_IsRefused(string server)
    {
        foreach (var (header, value) in new (string, string?)[] { ("Sec-WebSocket-Version", null), ("Sec-WebSocket-Version", "8"),
            ("Sec-WebSocket-Key", null), ("Sec-WebSocket-Key", "banana") })
        {
            var headers = RawWs.HandshakeHeaders.Where(given => given.Name != header);
            await using var http = await RawHttp.SendAsync(
                deployment.Url(server), "GET", value is null ? headers : [.. headers, (header, value)]);
            Assert.InRange(http.Status, 400, 426);
        }
    }

    [Theory, MemberData(nameof(AllServers)), Case("CONF-01", "WS-05")]
    public async Task Handshake_FromAForeignPage_IsRefused(string server)
    {
        foreach (var origin in new[] { "https://evil.example", "null" })
        {
            await using var http = await RawHttp.SendAsync(deployment.Url(server), "GET", [.. RawWs.HandshakeHeaders, ("Origin", origin)]);
            Assert.Equal(403, http.Status);
        }
    }

    /// <summary>
    /// A proxy that changes the host makes the deployment's own pages cross-origin, and only this test shows it: Server-Sent Events work.
    /// </summary>
    [Theory, MemberData(nameof(AllServers)), Case("CONF-01", "WS-05", "SEC-10")]
    public async Task Requests_FromTheDeploymentsOwnPages_AreTaken(string server)
    {
        (string Name, string Value) origin = ("Origin", deployment.Server(server).GetLeftPart(UriPartial.Authority));
        await using var stream = await RawHttp.SendAsync(deployment.Url(server), "GET", [.. RawWs.HandshakeHeaders, origin]);
        await using var hub = await RawHttp.SendAsync(
            new Uri(deployment.Server(server), "hubs/stores"), "GET", [.. RawWs.HandshakeHeaders, origin]);
        await using var publish = await RawHttp.SendAsync(
            deployment.Url(server), "POST", [("Content-Type", "text/plain"), origin], "by a page"u8.ToArray());
        Assert.Equal((101, 101, 200), (stream.Status, hub.Status, publish.Status));
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "WS-02", "WS-03", "WS-04")]
    public async Task Messages_InTheirEnvelope_ResumeAfterAnId(string server)
    {
        var first = await deployment.PublishAsync(server, "\u2028 \" 😀\n");
        var second = await deployment.PublishAsync(server, """{"a":[1,2.50]}""", "?event=placed", "application/json");
        await using var socket = await RawWs.OpenAsync(deployment.Url(server, "?last=2"));
        var text = JsonElement.Parse(await socket.NextTextAsync());
        Assert.Equal(
            (first, "\u2028 \" 😀\n", false),
            (text.GetProperty("id").GetString(), text.GetProperty("data").GetString(), text.TryGetProperty("event", out _)));
        Assert.Equal($$$"""{"id":"{{{second}}}","event":"placed","data":{"a":[1,2.50]}}""", await socket.NextTextAsync());
        await using var resumed = await RawWs.OpenAsync(deployment.Url(server, $"?after={first}"));
        Assert.Equal(second, JsonElement.Parse(await resumed.NextTextAsync()).GetProperty("id").GetString());
        await using var reset = await RawWs.OpenAsync(deployment.Url(server, "?after=garbage"));
        Assert.Equal("unknown", JsonElement.Parse(await reset.NextTextAsync()).GetProperty("reset").GetProperty("reason").GetString());
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "WS-12", "WS-13")]
    public async Task Pings_WithPongsBetween_AreAnsweredInOrder(string server)
    {
        await using var socket = await RawWs.OpenAsync(deployment.Url(server));
        await socket.SendAsync(WsOpcode.Pong, "unasked"u8.ToArray());
        for (var ping = 0; ping < 100; ping++)
            await socket.SendAsync(WsOpcode.Ping, Encoding.ASCII.GetBytes($"{ping}".PadLeft(ping == 0 ? 125 : 0)));
        for (var ping = 0; ping < 100; ping++)
        {
            WsFrame pong;
            do
                pong = await socket.NextAsync();
            while (pong.Opcode != WsOpcode.Pong);
            Assert.Equal($"{ping}".PadLeft(ping == 0 ? 125 : 0), Encoding.ASCII.GetString(pong.Payload));
        }
    }

    public static TheoryData<string, string> ServersAndFaults =>
        [.. Faults.Keys.SelectMany(fault => Servers.Select(server => (server.Data, fault)))];

    [Theory, MemberData(nameof(ServersAndFaults)), Case("CONF-01", "WS-08", "WS-09", "WS-10", "WS-11", "WS-14")]
    public async Task Faults_OfTheClient_AreClosedWithTheirCodes(string server, string fault)
    {
        await using var socket = await RawWs.OpenAsync(deployment.Url(server));
        await Faults[fault].Commit(socket);
        Assert.Equal(Faults[fault].Code, (await socket.UntilCloseAsync()).CloseCode);
    }
}
