using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class DisconnectTests
{
    public static TheoryData<string> Wires => WireReader.Wires;

    [Theory]
    [Case("HTTP-28")]
    [MemberData(nameof(Wires))]
    public async Task Client_ClosesTheConnection_IsFreedWithoutAMessage(string wire)
    {
        await using var host = await StoresApp.StartAsync();
        await using (await WireReader.OpenAsync(wire, host.Orders()))
            await host.UntilSubscribersAsync(1);
        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [Case("HTTP-28")]
    [InlineData("sse", 1000)]
    [InlineData("websocket", 300)]
    [InlineData("ndjson", 300)]
    public async Task Client_ConnectsAndAbortsAgainAndAgain_LeavesNothing(string wire, int cycles)
    {
        await using var host = await StoresApp.StartAsync();
        await Parallel.ForAsync(0, 8, async (_, _) =>
        {
            for (var cycle = 0; cycle < cycles / 8; cycle++)
                await AbortAsync(wire, host.Orders("?last=1"), early: cycle % 3 == 0);
        }).WithTimeout(TimeSpan.FromMinutes(2));
        await host.UntilSubscribersAsync(0);
        await host.OrdersStore().PublishAsync("x");
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    [Case("HTTP-28")]
    public async Task Curl_Killed_IsFreed()
    {
        await using var host = await StoresApp.StartAsync();
        await using (var curl = CurlClient.Start(host.Orders()))
        {
            Assert.Equal(":", await curl.NextAsync());
            Assert.Equal(1, host.Subscribers());
        }

        await host.UntilSubscribersAsync(0);
    }

    private static async Task AbortAsync(string wire, Uri url, bool early)
    {
        var headers = wire == "websocket"
            ? RawWs.HandshakeHeaders
            : [("Accept", wire == "sse" ? "text/event-stream" : "application/x-ndjson")];
        await using var http = await RawHttp.SendAsync(url, "GET", headers);
        if (!early && wire == "sse")
            await http.ReadAsync();
        http.Abort();
    }
}
