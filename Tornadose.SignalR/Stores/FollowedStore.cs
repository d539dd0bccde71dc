using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A reader's interest in a store: while it lasts, the store exists and its log is kept up to date.</summary>
internal sealed class FollowedStore : IDisposable
{
    private readonly IDisposable _following;
    private readonly bool _isReader;
    private bool _disposed;

    private FollowedStore(MessageStore store, IDisposable following, bool isReader)
    {
        _isReader = isReader;
        Store = store;
        _following = following;
    }

    /// <summary>The store that is followed: not the one that was asked for, where that had been dropped and is there anew.</summary>
    public MessageStore Store { get; }

    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="isReader">Whether it counts among the store's subscribers.</param>
    public static async ValueTask<FollowedStore> BeginAsync(
        MessageStore store, CancellationToken cancellationToken, bool isReader = false)
    {
        var entered = store.Enter();
        try
        {
            var following = await entered.Channel.FollowAsync(cancellationToken).ConfigureAwait(false);
            if (isReader)
                entered.Readers.Enter();
            return new FollowedStore(entered, following, isReader);
        }
        catch
        {
            entered.Exit();
            throw;
        }
    }

    /// <summary>
    /// Opens a cursor. A position that this process has not heard of yet, because the reader comes from another node, is looked for first.
    /// </summary>
    public ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken) =>
        OpenCursorAsync(() => start, cancellationToken);

    /// <summary>The same for a start that depends on what the log holds: it is asked for again when the log is open, where it is not
    /// yet.</summary>
    public async ValueTask<MessageCursor> OpenCursorAsync(Func<StartAt> start, CancellationToken cancellationToken)
    {
        await CatchUpAsync(start(), cancellationToken).ConfigureAwait(false);
        return Store.OpenCursor(start);
    }

    /// <summary>The same, but the cursor ends at what the log holds now.</summary>
    public async ValueTask<MessageCursor> OpenSnapshotAsync(StartAt start, CancellationToken cancellationToken)
    {
        await CatchUpAsync(start, cancellationToken).ConfigureAwait(false);
        return Store.OpenSnapshot(start);
    }

    private ValueTask CatchUpAsync(StartAt start, CancellationToken cancellationToken) =>
        start.Where == StartAt.Kind.Now ? Store.Channel.CatchUpAsync(cancellationToken)
        : start.Position is { } position ? Store.Channel.CatchUpAsync(position, cancellationToken)
        : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        if (_isReader)
            Store.Readers.Exit();
        _following.Dispose();
        Store.Exit();
    }
}
