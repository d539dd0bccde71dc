using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A reader's interest in a store: while it lasts, the store exists and its log is kept up to date.</summary>
internal sealed class FollowedStore : IDisposable
{
    private readonly IDisposable _following;

    private FollowedStore(MessageStore store, IDisposable following)
    {
        Store = store;
        _following = following;
    }

    /// <summary>The store that is followed: not the one that was asked for, where that had been dropped and is there anew.</summary>
    public MessageStore Store { get; }

    public static async ValueTask<FollowedStore> BeginAsync(MessageStore store, CancellationToken cancellationToken)
    {
        var entered = store.Enter();
        try
        {
            return new FollowedStore(entered, await entered.Channel.FollowAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            entered.Exit();
            throw;
        }
    }

    /// <summary>Opens a cursor. A position that this process has not heard of yet, because the reader comes from another node, is looked for first.</summary>
    public async ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken)
    {
        if (start.Position is { } position)
            await Store.Channel.CatchUpAsync(position, cancellationToken).ConfigureAwait(false);
        return Store.OpenCursor(start);
    }

    public void Dispose()
    {
        _following.Dispose();
        Store.Exit();
    }
}
