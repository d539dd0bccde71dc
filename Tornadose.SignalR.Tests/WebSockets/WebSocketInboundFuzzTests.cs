using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>
/// Random bytes after the handshake, against the real server: each stream is answered exactly as a model of RFC 6455 requires, and
/// leaves nothing behind. Set <c>TORNADOSE_FUZZ_STREAMS</c> for more streams; a failure names the seed that replays it alone.
/// </summary>
public sealed class WebSocketInboundFuzzTests(ITestOutputHelper output)
{
    private readonly FakeTimeProvider _time = new(); // makes the limit by the second deterministic

    private MemoryTransport? _memory;

    [Theory, Case("WS-23", "SEC-25", "WS-10", "WS-11"), InlineData("memory", 2000), InlineData("sockets", 500), InlineData("http2", 500)]
    public async Task Streams_OfRandomBytes_AreAnsweredAsTheModelHasItAndLeaveNothing(string wire, int usual)
    {
        await using var host = await StoresApp.StartAsync(
            options: all => (all.MaxInboundMessagesPerSecond, all.KeepAlive) = (10, TimeSpan.FromHours(1)), // no ping of the server
            build: builder => Build(builder, wire));
        using var http2 = new HttpMessageInvoker(new SocketsHttpHandler());
        var random = RandomText.Create();
        var runs = RandomText.Times("TORNADOSE_FUZZ_STREAMS", usual);
        int closed = 0, left = 0;
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
        {
            var run = random.Run(number);
            var bytes = InboundStreams.Next(run);
            var model = InboundModel.Of(bytes, maxMessages: 10);
            await using var socket = await OpenAsync(host, http2, wire);
            var wrong = await TryAsync(wire, socket, run, bytes, model);
            Assert.True(wrong is null, $"TORNADOSE_SEED={run.Seed}: {wrong}; the model says {model}. {bytes.Length} bytes: " +
                $"{Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 500)))}");
            Interlocked.Increment(ref model.Codes.Count > 0 ? ref closed : ref left);
        });
        output.WriteLine($"{runs} streams over {wire}: {closed} closed by the server, {left} left by the client");
        await host.UntilSubscribersAsync(0);
        await using var after = await OpenAsync(host, http2, wire);
        await host.UntilSubscribersAsync(1);
        await host.OrdersStore().PublishAsync("still here");
        Assert.Contains("still here", await after.NextTextAsync(), StringComparison.Ordinal);
        host.Logs.AssertNothingFrom(LogLevel.Warning);
    }

    private void Build(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder, string wire)
    {
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Tornadose", LogLevel.Warning); // the recorder keeps every line
        if (wire == "memory")
            _memory = MemoryTransport.Use(builder);
    }

    private async Task<RawWs> OpenAsync(TestHost host, HttpMessageInvoker http2, string wire) => wire switch
    {
        "memory" => await RawWs.OpenAsync(_memory!.Connect(), new Uri("http://127.0.0.1/stores/orders")),
        "sockets" => await RawWs.OpenAsync(host.Orders()),
        _ => await RawWs.OpenHttp2Async(http2, host.Http2Url("/stores/orders")),
    };

    /// <summary>The deviation from the model; null if there is none.</summary>
    private static async Task<string?> TryAsync(string wire, RawWs socket, RandomText run, byte[] bytes, InboundModel model)
    {
        try
        {
            await SendAsync(socket, run, bytes);
            if (run.OneIn(10))
            {
                socket.Abort();
                return null;
            }

            if (model.Codes.Count == 0 || model.MayWait)
                socket.Connection.EndWriting();
            return await CheckAsync(socket, model, wire != "memory");
        }
        catch (IOException) when (wire != "memory")
        {
            return null; // after a violation or without a close frame the reset may drop the server's last data
        }
        catch (ObjectDisposedException) when (model.Codes.Count == 0 || model.MayWait)
        {
            return null; // over HTTP/2 the end of this side ends the stream
        }
    }

    private static async Task SendAsync(RawWs socket, RandomText run, byte[] bytes)
    {
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                var count = run.OneIn(2) ? bytes.Length - at : 1 + run.Next(Math.Min(bytes.Length - at, 64));
                await socket.SendBytesAsync(bytes[at..(at + count)]);
                at += count;
            }
        }
        catch (IOException)
        {
            // the server has already closed: its answer is read next
        }
    }

    private static async Task<string?> CheckAsync(RawWs socket, InboundModel model, bool isNetwork)
    {
        var pongs = new List<string>();
        int? code = null;
        for (var frame = await socket.NextOrEndAsync(); frame is not null; frame = await (
            code is null ? socket.NextOrEndAsync() : AfterCloseAsync(socket)))
        {
            if (!frame.Fin || frame.Rsv != 0 || frame.Masked
                || !(frame.Opcode == WsOpcode.Pong || (frame.Opcode == WsOpcode.Close && code is null)))
                return $"a frame that should not be: {frame.Opcode}";
            if (frame.Opcode == WsOpcode.Pong)
                pongs.Add(Convert.ToHexString(frame.Payload));
            else
                code = EndWriting(socket, frame);
        }

        if (model.IsVague)
            return isNetwork || pongs.Take(model.Pongs.Count).SequenceEqual(model.Pongs) ? null : "not its pongs";
        if (code is null ? model.Codes.Count > 0 && !model.MayWait : !model.Codes.Contains(code.Value))
            return $"closed with {code?.ToString() ?? "nothing"}";
        // if the client ends without a close frame, frames in flight are lost
        var sure = isNetwork && code is null ? 0 : model.IsRefused ? model.PongsBefore : model.Pongs.Count;
        return pongs.Count >= sure && pongs.SequenceEqual(model.Pongs.Take(pongs.Count)) ? null : $"{pongs.Count} pongs";
    }

    /// <summary>After its close frame the server waits for the client's, and gets the end of the stream.</summary>
    private static int EndWriting(RawWs socket, WsFrame close)
    {
        socket.Connection.EndWriting();
        return close.CloseCode;
    }

    private static async Task<WsFrame?> AfterCloseAsync(RawWs socket)
    {
        try
        {
            return await socket.NextOrEndAsync();
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            return null;
        }
    }
}
