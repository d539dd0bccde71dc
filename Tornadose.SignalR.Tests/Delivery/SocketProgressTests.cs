using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Tells a slow link from a peer that has stopped reading: an incomplete write may still make progress.</summary>
public sealed class SocketProgressTests
{
    [Fact, Case("SLOW-06")]
    public async Task Read_PeerReads_MovesWithoutACompletedWrite()
    {
        var context = new TaskCompletionSource<HttpContext>();
        var stop = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(map: app => app.MapGet("/", async (HttpContext http) =>
        {
            var flooding = http.Response.Body.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();
            context.SetResult(http);
            await stop.Task;
            http.Abort();
            await Assert.ThrowsAnyAsync<Exception>(() => flooding);
        }));
        await using var reader = await RawHttp.GetAsync(host.Url("/"));
        var request = await context.Task.WithTimeout();
        var progress = SocketProgress.Of(request);
        var stalled = await UntilStillAsync(() => progress.Read());
        Assert.True(stalled > 0, $"{stalled}");

        for (var read = 0; progress.Read() == stalled; read++)
        {
            Assert.True(read < 10_000, "the peer reads, but the progress counter does not change");
            await reader.ReadAsync();
        }

        stop.SetResult();
    }

    [Fact]
    public void Read_NoSocket_IsNothing() => Assert.Equal(0, SocketProgress.Of(new DefaultHttpContext()).Read());

    /// <summary>The value at which the counter stops while nobody reads.</summary>
    private static async Task<long> UntilStillAsync(Func<long> read)
    {
        var (last, same) = (-1L, 0);
        await Eventually.TrueAsync(() =>
        {
            var now = read();
            same = now == last ? same + 1 : 0;
            last = now;
            return same >= 20;
        });
        return last;
    }
}
