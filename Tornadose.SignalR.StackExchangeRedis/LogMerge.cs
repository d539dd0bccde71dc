using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// Entries that were read, on their way into the log in the order of their offsets. The first follows the log's newest message, and each follows the one before; where announcements have
/// led the log elsewhere meanwhile, because Redis was rolled back after the entries were read, the rest of them is worth nothing.
/// </summary>
internal sealed class LogMerge(MessageLog log, IReadOnlyList<LogPageEntry> entries)
{
    private MessagePosition _last = log.Position;
    private int _next;

    /// <summary>How many entries were appended.</summary>
    public int Appended { get; private set; }

    /// <summary>Whether the log went elsewhere.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Appends the entries up to an offset, but for those that the log has already.</summary>
    public void AppendUpTo(long offset)
    {
        for (; !IsBroken && _next < entries.Count && entries[_next].Position.Offset <= offset; _next++)
            Take(entries[_next]);
    }

    public void AppendAll() => AppendUpTo(long.MaxValue);

    private void Take(LogPageEntry entry)
    {
        var at = log.Position;
        if (at == _last)
            Append(entry);
        else if (entry.Position.Offset >= at.Offset && entry.Position != at)
            IsBroken = true;
        _last = entry.Position;
    }

    private void Append(LogPageEntry entry)
    {
        log.Append(entry.Position, entry.Content);
        Appended++;
    }
}
