using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Redis;

/// <summary>Entries that were read, on their way into the log in the order of their offsets.</summary>
internal sealed class LogMerge(MessageLog log, IReadOnlyList<LogPageEntry> entries)
{
    private int _next;

    /// <summary>Appends the entries up to an offset, but for those that the log has already.</summary>
    public void AppendUpTo(long offset)
    {
        for (; _next < entries.Count && entries[_next].Position.Offset <= offset; _next++)
            if (entries[_next].Position.Offset > log.Position.Offset)
                log.Append(entries[_next].Position, entries[_next].Content);
    }

    public void AppendAll() => AppendUpTo(long.MaxValue);
}
