using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A store that one subscriber reads: its cursor, and the interest that keeps the store followed meanwhile.</summary>
internal sealed class OpenedStore : IDisposable
{
    private readonly IDisposable _following;

    private OpenedStore(DataStore store, StartAt start, IDisposable following)
    {
        Store = store;
        Cursor = store.OpenCursor(start);
        Resumed = start.Where != StartAt.Kind.After ? "live" : Cursor.OpensWithReset ? "reset" : "resumed";
        _following = following;
    }

    public DataStore Store { get; }

    public MessageCursor Cursor { get; }

    /// <summary>What became of the resume, in a word: <c>live</c> when none was asked for, <c>resumed</c>, or <c>reset</c>.</summary>
    public string Resumed { get; }

    public static async ValueTask<OpenedStore> OpenAsync(DataStore store, StartAt start, CancellationToken cancellationToken)
    {
        var following = await store.FollowAsync(cancellationToken).ConfigureAwait(false);
        return new OpenedStore(store, start, following);
    }

    public void Dispose() => _following.Dispose();
}
