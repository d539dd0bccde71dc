using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>The messages that a log keeps, oldest first, and the position after which a stream continues without gap or duplicate.</summary>
/// <param name="Position">The position of the newest message in the snapshot.</param>
/// <param name="Messages">The messages.</param>
public sealed record MessageLogSnapshot(MessagePosition Position, IReadOnlyList<StoreMessage> Messages)
{
    /// <summary>The position's text form.</summary>
    public string Id => Position.ToString();

    internal static MessageLogSnapshot Of(MessageLog log)
    {
        var head = log.Head;
        var messages = new List<StoreMessage>();
        for (var sequence = log.FirstReplayable; sequence <= head.Sequence; sequence++)
        {
            if (log.Find(sequence) is not { } entry)
                messages.Clear(); // the writer passed by: what was read so far is no longer contiguous with the rest
            else if (entry.IsLogged)
                messages.Add(entry.Message);
        }

        return messages.Count == 0 && log.Latest is { } latest
            ? new MessageLogSnapshot(latest.Position, [latest.Message]) // messages without an id, or the writer, took its slot meanwhile
            : new MessageLogSnapshot(head.Position, messages);
    }
}
