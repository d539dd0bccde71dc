using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The stores of one request, followed and with their cursors open.</summary>
internal sealed class StoreSubscription : IDisposable
{
    private readonly List<FollowedStore> _followed;

    private StoreSubscription(List<FollowedStore> followed, SubscriberFeeds feeds, string resumed)
    {
        _followed = followed;
        Feeds = feeds;
        Resumed = resumed;
    }

    public SubscriberFeeds Feeds { get; }

    /// <summary>What became of the resume, in a word: <c>live</c> when none was asked for, <c>resumed</c>, <c>reset</c>, or <c>pending</c> while the backplane has not been reached yet.</summary>
    public string Resumed { get; }

    public static async ValueTask<StoreSubscription> OpenAsync(StoreSelection selection, ResumeRequest resume, CancellationToken cancellationToken)
    {
        var followed = await FollowAsync(selection.Stores, cancellationToken);
        var plan = new ResumePlan(resume, followed.ConvertAll(static following => following.Store));
        try
        {
            var feeds = new SubscriberFeed[followed.Count];
            for (var i = 0; i < feeds.Length; i++)
                feeds[i] = await OpenAsync(followed[i], plan.StartOf(i), cancellationToken);
            return new StoreSubscription(followed, new SubscriberFeeds(selection.IsList, feeds), Word(resume, feeds));
        }
        catch
        {
            Release(followed);
            throw;
        }
    }

    public void Dispose() => Release(_followed);

    private static async ValueTask<SubscriberFeed> OpenAsync(FollowedStore following, StartAt start, CancellationToken cancellationToken) =>
        new(following.Store.Name, await following.OpenCursorAsync(start, cancellationToken), following.Store.Options.SendTimeout)
        {
            Measured = following.Store.Measured,
        };

    private static string Word(ResumeRequest resume, SubscriberFeed[] feeds)
    {
        if (resume.After is null)
            return "live";
        if (feeds.Any(static feed => feed.Cursor.IsPending))
            return "pending";
        return feeds.Any(static feed => feed.Cursor.OpensWithReset) ? "reset" : "resumed";
    }

    private static async ValueTask<List<FollowedStore>> FollowAsync(IReadOnlyList<DataStore> stores, CancellationToken cancellationToken)
    {
        var followed = new List<FollowedStore>(stores.Count);
        try
        {
            foreach (var store in stores)
                followed.Add(await FollowedStore.BeginAsync(store, cancellationToken));
            return followed;
        }
        catch
        {
            Release(followed);
            throw;
        }
    }

    private static void Release(List<FollowedStore> followed)
    {
        foreach (var following in followed)
            following.Dispose();
    }
}
