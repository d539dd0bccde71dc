namespace Tornadose.SignalR.Sqlite;

/// <summary>What a store keeps, as read from the database.</summary>
/// <param name="Position">The store's position.</param>
/// <param name="Messages">The newest messages, oldest first, without a gap; for a keyed store the newest change of each key. The last one
/// has the store's position.</param>
/// <param name="Forgotten">For a keyed store, the offset of the newest removal of a key that is no longer kept.</param>
internal sealed record Window(MessagePosition Position, IReadOnlyList<WindowMessage> Messages, long Forgotten = 0)
{
    /// <summary>The position before the first message.</summary>
    public MessagePosition Origin =>
        Messages is [var first, ..] ? new MessagePosition(Position.Epoch, first.Position.Offset - 1, 0) : Position;
}

/// <summary>A message, and how long ago it was appended.</summary>
internal readonly record struct WindowMessage(MessagePosition Position, TimeSpan Age, MessageContent Content);
