using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>An accepted request: the stores, followed and with open cursors, the right to read them, and a permit.</summary>
/// <remarks>Nothing else of the decision is kept, because this object lives as long as the stream.</remarks>
internal sealed class StoreSubscription : IDisposable
{
    private readonly FollowedStore[] _followed;
    private readonly IDisposable _place;

    private StoreSubscription(FollowedStore[] followed, SubscriberFeeds feeds, SubscriberAccess access, IDisposable place)
    {
        _followed = followed;
        _place = place;
        Feeds = feeds;
        Access = access;
    }

    public SubscriberFeeds Feeds { get; }

    public SubscriberAccess Access { get; }

    /// <param name="selection">The stores.</param>
    /// <param name="resume">Where to begin.</param>
    /// <param name="access">The right to read them.</param>
    /// <param name="place">The permit, which is released when the subscription ends, or does not begin.</param>
    /// <param name="isSnapshot">Whether the cursors end at what the logs hold now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<StoreSubscription> OpenAsync(
        StoreSelection selection, ResumeRequest resume, SubscriberAccess access, IDisposable place,
        bool isSnapshot, CancellationToken cancellationToken)
    {
        FollowedStore[] followed = [];
        try
        {
            followed = await FollowAsync(selection.Stores, cancellationToken);
            var plan = new ResumePlan(resume, Array.ConvertAll(followed, static following => following.Store));
            var feeds = new SubscriberFeed[followed.Length];
            for (var i = 0; i < feeds.Length; i++)
            {
                var index = i;
                feeds[i] = await OpenAsync(followed[i], () => plan.StartOf(index), isSnapshot, cancellationToken);
            }

            return new StoreSubscription(followed, new SubscriberFeeds(selection.IsList, feeds), access, place);
        }
        catch
        {
            Release(followed);
            place.Dispose();
            throw;
        }
    }

    /// <summary>Whether the content of all stores is known. Otherwise a snapshot would look like that of an empty store.</summary>
    public bool IsOpen => _followed.All(static following => following.Store.Log.IsOpen);

    /// <summary>
    /// Outcome of the resume request: <c>resumed</c>, <c>reset</c>, <c>pending</c> while the backplane has not been reached yet, or
    /// <c>live</c> if none was made. Valid only before the first read.
    /// </summary>
    public string WordOf(ResumeRequest resume)
    {
        if (resume.After is null)
            return "live";
        if (Feeds.Any(static feed => feed.Cursor.IsPending))
            return "pending";
        return Feeds.Any(static feed => feed.Cursor.OpensWithReset) ? "reset" : "resumed";
    }

    public void Dispose()
    {
        Release(_followed);
        _place.Dispose();
    }

    private static async ValueTask<SubscriberFeed> OpenAsync(
        FollowedStore following, Func<StartAt> start, bool isSnapshot, CancellationToken cancellationToken)
    {
        var cursor = isSnapshot
            ? await following.OpenSnapshotAsync(start(), cancellationToken)
            : await following.OpenCursorAsync(start, cancellationToken);
        var options = following.Store.Options;
        return new(
            following.Store.Name, cursor, options.SendTimeout,
            following.Store.Measured)
        {
            MinInterval = options.MinInterval ?? TimeSpan.Zero,
            KeepsNewest = following.Store.Kind == StoreKind.Data,
        };
    }

    private static async ValueTask<FollowedStore[]> FollowAsync(IReadOnlyList<MessageStore> stores, CancellationToken cancellationToken)
    {
        var followed = new FollowedStore[stores.Count];
        var count = 0;
        try
        {
            for (; count < followed.Length; count++)
                followed[count] = await FollowedStore.BeginAsync(stores[count], cancellationToken, isReader: true);
            return followed;
        }
        catch
        {
            Release(followed.AsSpan(0, count));
            throw;
        }
    }

    private static void Release(ReadOnlySpan<FollowedStore> followed)
    {
        foreach (var following in followed)
            following.Dispose();
    }
}
