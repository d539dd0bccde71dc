using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>A separate process that is asked to shut down, as an orchestrator does.</summary>
public sealed class ProcessSpecification
{
    private const int SubscribersOfEach = 2;

    [Fact, Case("PROC-01", "PROC-02", "WS-18")]
    public async Task Terminate_SubscribersOnEveryTransport_TellsThemAllAndExitsWithZero()
    {
        await using var server = await DashboardServer.StartAsync("--Tornadose:DrainWindow=00:00:20");
        var readers = new List<(Transport Transport, TransportReader Reader)>();
        foreach (var transport in Transport.All)
            for (var i = 0; i < SubscribersOfEach; i++)
                readers.Add((transport, await transport.OpenAsync(server.Url, new StoreRequest("cpu"))));
        await server.TerminateAsync();
        foreach (var (transport, reader) in readers)
            AssertTold(transport, await ReadToEndAsync(reader));
        Assert.Equal(0, await server.ExitCodeAsync());
    }

    private static void AssertTold(Transport transport, ReaderEnd end)
    {
        // SignalR may cut before it has written the end of a stream
        Assert.False(end.IsCut && transport is not HubWatchTransport, transport.Name);
        if (transport is WebSocketTransport)
            Assert.Equal(1012, end.Code);
        if (transport is HubGroupTransport)
            Assert.Contains("\"allowReconnect\":true", end.Reason);
    }

    private static async Task<ReaderEnd> ReadToEndAsync(TransportReader reader)
    {
        while (await reader.NextOrEndAsync() is not null)
            continue;
        await reader.DisposeAsync();
        return reader.End!;
    }
}
