using Tornadose.SignalR.Delivery;
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

    /// <summary>What became of the resume, in a word: <c>live</c> when none was asked for, <c>resumed</c>, or <c>reset</c>.</summary>
    public string Resumed { get; }

    public static async ValueTask<StoreSubscription> OpenAsync(StoreSelection selection, ResumeRequest resume, CancellationToken cancellationToken)
    {
        var followed = await FollowAsync(selection.Stores, cancellationToken);
        var plan = new ResumePlan(resume, followed.ConvertAll(static following => following.Store));
        var feeds = followed.Select((following, index) => Open(following.Store, plan, index)).ToArray();
        var resumed = resume.After is null ? "live" : feeds.Any(static feed => feed.Cursor.OpensWithReset) ? "reset" : "resumed";
        return new StoreSubscription(followed, new SubscriberFeeds(selection.IsList, feeds), resumed);
    }

    public void Dispose() => Release(_followed);

    private static SubscriberFeed Open(DataStore store, ResumePlan plan, int index) =>
        new(store.Name, store.OpenCursor(plan.StartOf(index)), store.Options.SendTimeout);

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
