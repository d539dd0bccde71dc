using System.Diagnostics.Metrics;
using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>An HTTP/2 client whose stream window is 0: nothing can be sent to it.</summary>
public sealed class ClosedWindowTests
{
    private static readonly byte[] Settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, /* SETTINGS_INITIAL_WINDOW_SIZE */ 0, 4, 0, 0, 0, 0];

    [Theory]
    [Case("SLOW-03", "HTTP-29")]
    [InlineData("text/event-stream", "sse")]
    [InlineData("application/x-ndjson", "ndjson")]
    public async Task Http2_WindowNeverOpened_IsCutAsSlow(string accept, string transport)
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock, orders => orders.SendTimeout = TimeSpan.FromSeconds(5));
        using var ended = MetricsRecorder.Of(host, "subscribers.ended");
        clock.Advance(TimeSpan.FromSeconds(1));
        await using var connection = await RawConnection.ConnectAsync(host.Http2);
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        await connection.SendAsync(Settings);
        await connection.SendAsync(Get("/stores/orders", accept));
        await host.UntilSubscribersAsync(1);
        await host.OrdersStore().PublishAsync(new string('x', 500_000)); // more than the server buffers
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return ended.Count("subscribers.ended") == 1;
        });
        Assert.Equal(1, ended.Sum("subscribers.ended", $"transport={transport}", "reason=slow"));
    }

    /// <summary>One HEADERS frame with END_STREAM and END_HEADERS; names by their static index (RFC 7541, appendix A).</summary>
    private static byte[] Get(string path, string accept)
    {
        byte[] block = [0x82, 0x86, .. Literal(4, path), .. Literal(1, "localhost"), .. Literal(19, accept)];
        return [0, 0, (byte)block.Length, 1, 5, 0, 0, 0, 1, .. block];
    }

    private static byte[] Literal(int name, string value) =>
        [.. name < 15 ? new[] { (byte)name } : [15, (byte)(name - 15)], (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}
