using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The log and the encoders produce what <c>docs/transports.md</c> shows of keyed stores.</summary>
public sealed class KeyedWireFormatTests
{
    private const string Store = "devices";
    private const ulong Epoch = 0x9f2c4e6a81b3d5f7;
    private static readonly byte[] Quiet = """{"name":"lathe","load":0.4}"""u8.ToArray();
    private static readonly byte[] Busy = """{"name":"lathe","load":0.9}"""u8.ToArray();

    [Fact]
    public void Document_EachExample_IsWhatIsWritten()
    {
        var shown = DocumentBlock.All.Where(
            static block => block.Test == nameof(KeyedWireFormatTests)).Select(static block => block.Text).ToArray();
        var messages = Messages(out var snapshot);
        Assert.Equal([Text(ServerSentEventEncoder.Instance, messages), Text(JsonLinesEncoder.Instance, messages), snapshot], shown);
    }

    private static List<StoreMessage> Messages(out string snapshot)
    {
        var log = new MessageLog(
            new MessageLogLimits(1, 1000) { MaxKeys = 1 }, new MessagePosition(Epoch, 0, 0), TimeProvider.System);
        log.Append(new(Epoch, 41, 0x1a2b3c4d), KeyedChange.Set("7", Quiet).ToContent(Store, isNew: true));
        using var cursor = log.OpenCursor(StartAt.Latest);
        var messages = Read(cursor);
        log.Append(new(Epoch, 42, 0x5e6f7a8b), KeyedChange.Set("7", Busy).ToContent(Store, isNew: false));
        messages.AddRange(Read(cursor));
        snapshot = Snapshot(log);
        log.Append(new(Epoch, 43, 0x9c0d1e2f), KeyedChange.Remove("7").ToContent(Store, isNew: false));
        messages.AddRange(Read(cursor));
        log.Append(new(Epoch, 44, 0x2b3c4d5e), KeyedChange.Clear.ToContent(Store, isNew: false));
        messages.AddRange(Read(cursor));
        log.ForgetRemovals(42);
        using var late = log.OpenCursor(StartAt.After(new(Epoch, 41, 0x1a2b3c4d)));
        messages.AddRange(Read(late).Take(2));
        return messages;
    }

    private static string Snapshot(MessageLog log)
    {
        var entries = string.Join(',', log.GetSnapshot().Messages.Select(static message =>
            Text(KeyedEntryEncoder.Instance, [message])));
        return $"{{\"store\":\"{Store}\",\"entries\":{{{entries}}},\"id\":\"{log.Position}\"}}\n";
    }

    private static List<StoreMessage> Read(MessageCursor cursor)
    {
        var messages = new List<StoreMessage>();
        while (cursor.TryRead(out StoreMessage? message))
            messages.Add(message);
        return messages;
    }

    private static string Text(FrameEncoder encoder, IEnumerable<StoreMessage> messages) => string.Concat(messages.Select(message =>
        Encoding.UTF8.GetString(encoder.Encode(new FrameContent(Store, message.Id, message)).Bytes.Span)));
}
