using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>Keeps a store in existence, and its log up to date, for a reader until disposed of.</summary>
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

    /// <summary>The store that is followed: the successor of the one asked for, if that had been dropped.</summary>
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
    /// Opens a cursor. A position that this process does not know yet, because the reader comes from another node, is looked up first.
    /// </summary>
    public ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken) =>
        OpenCursorAsync(() => start, cancellationToken);

    /// <summary>
    /// The same for a start that depends on the log's content: it is evaluated again once the log is open, if it is not open yet.
    /// </summary>
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
