using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>A log on a stopped clock, with positions that are easy to read: the tag of offset n is n.</summary>
internal sealed class TestLog
{
    public const ulong Epoch = 0xE1;

    public TestLog(int capacity = 8, long maxBytes = long.MaxValue, TimeSpan? maxAge = null) =>
        Log = new MessageLog(new MessageLogLimits(capacity, maxBytes, maxAge), At(0), Time);

    public FakeTimeProvider Time { get; } = new();

    public MessageLog Log { get; }

    public static MessagePosition At(long offset, ulong epoch = Epoch) => new(epoch, offset, (uint)offset);

    public static MessageContent Text(string text) => new(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);

    /// <summary>Appends at the next offset; the text is the offset unless told otherwise.</summary>
    public MessagePosition Append(string? text = null)
    {
        var last = Log.Position;
        var position = At(last.Offset + 1, last.Epoch);
        Log.Append(position, Text(text ?? $"{position.Offset}"));
        return position;
    }

    public void AppendMany(int count)
    {
        for (var i = 0; i < count; i++)
            Append();
    }

    public void AppendBare(string text) => Log.AppendWithoutPosition(Text(text));

    public MessageCursor Open(StartAt start, SlowConsumerPolicy policy = SlowConsumerPolicy.Reset, bool newestWins = false)
    {
        Log.TrimExpired();
        return MessageCursor.Open(Log, policy, start, newestWins);
    }

    /// <summary>What a cursor with this start reads at once, in the notation of <see cref="CursorReading.Read"/>.</summary>
    public string ReadFrom(StartAt start) => Open(start).Read();
}
