using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>Promises 4 and 5: the resume is exact if and only if the message with exactly that id is still kept.</summary>
internal static class ModelResume
{
    /// <returns>Why the resume is not possible, or null.</returns>
    public static StoreResetReason? Find(ModelLog log, MessagePosition? id, out int next)
    {
        next = log.Head + 1;
        if (id is not { } position)
            return StoreResetReason.Unknown;
        if (position == log.Position && (log.Limits.Capacity > 0 || log.HasEnd))
            return null;
        if (position.Epoch != log.Position.Epoch)
            return StoreResetReason.Epoch;
        if (position.Offset > log.Position.Offset)
            return StoreResetReason.Unknown;
        if (log.Kept(log.FirstReplayable - 1) is { Kind: EntryKind.Reset } reset && reset.Position == position)
            return AfterReset(log, ref next);
        return position.Offset == 0 ? FromTheBeginning(log, position, ref next) : AfterMessage(log, position, ref next);
    }

    /// <summary>A reader that was told of a reset continues after it.</summary>
    private static StoreResetReason? AfterReset(ModelLog log, ref int next)
    {
        next = log.FirstReplayable;
        return null;
    }

    private static StoreResetReason? AfterMessage(ModelLog log, MessagePosition position, ref int next)
    {
        if (log.Replayable.FirstOrDefault(
            entry => entry.Kind is EntryKind.Message or EntryKind.End && entry.Position.Offset == position.Offset) is not { } message)
            return StoreResetReason.Expired;
        if (message.Position.Tag != position.Tag)
            return StoreResetReason.Rollback;
        next = message.Number + 1;
        return null;
    }

    /// <summary>The id of an empty store: the resume is exact while the first message is kept.</summary>
    private static StoreResetReason? FromTheBeginning(ModelLog log, MessagePosition position, ref int next)
    {
        if (log.Replayable.FirstOrDefault(entry => entry.Position.Offset > 0) is not { Kind: EntryKind.Message or EntryKind.End } oldest)
            return StoreResetReason.Expired;
        if (position.Tag != 0)
            return StoreResetReason.Unknown;
        next = oldest.Number;
        return oldest.Position.Offset == 1 ? null : StoreResetReason.Expired;
    }
}
