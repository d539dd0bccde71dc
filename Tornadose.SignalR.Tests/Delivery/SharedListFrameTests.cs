using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Each reader of a list of stores has its own id; the large part of a message is rendered once all the same.</summary>
public sealed class SharedListFrameTests
{
    private static readonly FrameEncoder[] Encoders = [ServerSentEventEncoder.Instance, JsonLinesEncoder.Instance,
        LongPollingEncoder.Instance, WebSocketJsonEncoder.Instance];

    public static TheoryData<int, int> Lists => new MatrixTheoryData<int, int>([0, 1, 2, 3], [1, 2, 64]);

    [Theory, MemberData(nameof(Lists))]
    public void Write_LargeMessageToTwoReadersOfAList_SharesItsBytes(int encoder, int stores)
    {
        var logs = Enumerable.Range(0, stores).Select(_ => new TestLog()).ToArray();
        var readers = Enumerable.Range(0, 2).Select(_ => Read(logs)).ToArray();
        logs[0].Append(new string('\u0001', 100_000));
        var sinks = Array.ConvertAll(readers, feeds => Write(feeds, Encoders[encoder]));

        var frames = sinks.Select(sink => sink.Frames.MaxBy(frame => frame.Bytes.Length)!).ToArray();
        Assert.Same(frames[0], frames[1]);
        Assert.InRange(sinks[0].Frames.Sum(frame => frame.Bytes.Length) - frames[0].Bytes.Length, 0, 100 + (60 * stores));
        var text = Encoding.UTF8.GetString(sinks[0].Frames.SelectMany(frame => frame.Bytes.ToArray()).ToArray());
        Assert.Contains(readers[0].Id, text, StringComparison.Ordinal);
        Assert.Contains("s0", text, StringComparison.Ordinal);
    }

    private static SubscriberFeeds Read(TestLog[] logs) => new(
        namesStore: true, [.. logs.Select((log, index) => new SubscriberFeed($"s{index}", log.Open(StartAt.Now),
            TimeSpan.FromSeconds(10), new($"s{index}")))]);

    private static FrameKeeper Write(SubscriberFeeds feeds, FrameEncoder encoder)
    {
        var sink = new FrameKeeper();
        while (feeds.TryRead(out var entry))
            feeds.Write(entry, encoder, sink);
        return sink;
    }

    private sealed class FrameKeeper : IFrameSink
    {
        public List<Frame> Frames { get; } = [];

        public ValueTask StartAsync() => ValueTask.CompletedTask;

        public void Write(Frame frame) => Frames.Add(frame);

        public ValueTask<bool> FlushAsync() => new(true);

        public void Abort()
        {
        }

        public ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;
    }
}
