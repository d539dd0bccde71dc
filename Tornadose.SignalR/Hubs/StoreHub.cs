using Tornadose.SignalR.Hubs;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR;

/// <summary>
/// The stores for SignalR clients. The SignalR group named after a store is its set of SignalR subscribers: <see cref="Subscribe"/> and
/// <see cref="Resume"/> join the group, and so does <c>Groups.AddToGroupAsync(connectionId, "orders")</c> from anywhere in the
/// application, with Redis even on another server than the connection's; leaving the group ends the subscription. You can derive from it:
/// <c>class MyHub : StoreHub</c>, with <c>AddTornadose().AddHub&lt;MyHub&gt;()</c> and <c>MapStoreHub&lt;MyHub&gt;(…)</c>.
/// </summary>
/// <remarks>
/// A new connection has a new connection id and no groups: the client subscribes again with the last id that it saw,
/// and gets what it missed.
/// </remarks>
public class StoreHub : Hub<IStoreClient>
{
    /// <summary>Created by SignalR for each invocation.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only Clients generates code, which this class never touches.")]
    public StoreHub()
    {
    }

    /// <summary>
    /// Starts to send a store's messages to the caller's <c>Message</c>: what is published from now on, after the current value of a
    /// data store or the values of all keys of a keyed store. Does nothing if the caller is subscribed already.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <returns>The id after which the messages follow.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers:
    /// <c>[code] words</c>.</exception>
    public virtual Task<string> Subscribe(string store) => EnterAsync(store, after: null);

    /// <summary>
    /// Starts to send a store's messages where the caller stopped reading: first those after the given id, then new ones.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw, on any transport; the id of a list of stores works
    /// as well. When the store cannot continue after it, the caller's <c>Reset</c> is called first. Null or empty is the same
    /// as <see cref="Subscribe"/>.</param>
    /// <returns>The id after which the messages follow.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers:
    /// <c>[code] words</c>.</exception>
    public virtual Task<string> Resume(string store, string? after) => EnterAsync(store, after);

    /// <summary>
    /// The same as <see cref="Resume"/>, at a limited pace: at most one batch of messages in each interval, the first at once, and the
    /// newest always included. For a data store a batch is the newest value.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw; null or empty for a new subscriber.</param>
    /// <param name="milliseconds">The interval in milliseconds, from 50 to 60,000.</param>
    /// <returns>The id after which the messages follow.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers; or the
    /// interval is out of range: <c>[code] words</c>.</exception>
    public virtual Task<string> ResumeEvery(string store, string? after, int milliseconds) => EnterAsync(store, after, milliseconds);

    /// <summary>Stops sending a store's messages. Once this has completed, no more of them come.</summary>
    /// <param name="store">The store's name. It is no error not to be subscribed.</param>
    /// <returns>A task that completes when the subscription has ended.</returns>
    public virtual Task Unsubscribe(string store) =>
        // Clients can leave only the groups of stores.
        Subscriptions.Has(store) ? Subscriptions.LeaveAsync(store, Context.ConnectionAborted) : Task.CompletedTask;

    /// <summary>
    /// Streams a store's messages from now on, for <c>connection.stream("Watch", store)</c>, until the caller cancels it. First comes the
    /// current value of a data store, or the values of all keys of a keyed store.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, <c>{ reset: { reason, id } }</c> where messages are missing,
    /// and <c>{ end: { id } }</c> as the last item of a store that is complete.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers:
    /// <c>[code] words</c>.</exception>
    public virtual Task<IAsyncEnumerable<StoreStreamItem>> Watch(string store, CancellationToken cancellationToken) =>
        StreamAsync(store, after: null, Subscriptions.StreamEncoder, cancellationToken);

    /// <summary>Streams a store's messages from where the caller stopped reading: first those after the given id, then new ones.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw. When the store cannot continue after it, the stream begins
    /// with a reset. Null or empty is the same as <see cref="Watch"/>.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, <c>{ reset: { reason, id } }</c> where messages are missing,
    /// and <c>{ end: { id } }</c> as the last item of a store that is complete.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers:
    /// <c>[code] words</c>.</exception>
    public virtual Task<IAsyncEnumerable<StoreStreamItem>> WatchAfter(string store, string? after, CancellationToken cancellationToken) =>
        StreamAsync(store, after, Subscriptions.StreamEncoder, cancellationToken);

    /// <summary>
    /// The same as <see cref="WatchAfter"/>, but <c>data</c> is always a string: the text that was published, even where it is JSON.
    /// Clients whose hub protocol rounds large numbers get all digits this way.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw; null or empty for a new subscriber.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, <c>{ reset: { reason, id } }</c> where messages are missing,
    /// and <c>{ end: { id } }</c> as the last item of a store that is complete.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers:
    /// <c>[code] words</c>.</exception>
    public virtual Task<IAsyncEnumerable<StoreStreamItem>> WatchText(string store, string? after, CancellationToken cancellationToken) =>
        StreamAsync(store, after, HubStreamEncoder.Text, cancellationToken);

    /// <summary>The same as <see cref="WatchAfter"/>, at a limited pace: see <see cref="ResumeEvery"/>.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw; null or empty for a new subscriber.</param>
    /// <param name="milliseconds">The interval in milliseconds, from 50 to 60,000.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, <c>{ reset: { reason, id } }</c> where messages are missing,
    /// and <c>{ end: { id } }</c> as the last item of a store that is complete.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers; or the
    /// interval is out of range: <c>[code] words</c>.</exception>
    public virtual Task<IAsyncEnumerable<StoreStreamItem>> WatchEvery(
        string store, string? after, int milliseconds, CancellationToken cancellationToken) =>
        StreamAsync(store, after, Subscriptions.StreamEncoder, cancellationToken, milliseconds);

    /// <summary>
    /// Publishes to a store that has a publish policy (<c>StoreOptions.PublishPolicy</c>); nobody can publish to others over the hub.
    /// </summary>
    /// <param name="store">The store's name.</param>
    /// <param name="data">A string is text; anything else becomes JSON.</param>
    /// <returns>The message's id.</returns>
    /// <exception cref="HubException">There is no such store, it has no publish policy, the caller may not publish to it, or it does not
    /// take the message: <c>[code] words</c>.</exception>
    public virtual Task<string> Publish(string store, object? data) => PublishAsync(store, data, eventType: null, idempotencyKey: null);

    /// <summary>The same as <see cref="Publish"/>, with an event type and an idempotency key.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="data">A string is text; anything else becomes JSON.</param>
    /// <param name="eventType">The event type; null or empty for a plain message.</param>
    /// <param name="idempotencyKey">
    /// A key of the caller's choice, unique to the message, up to 256 characters: publishing again with the same key within five minutes
    /// stores nothing and returns the same id. Null or empty for none.
    /// </param>
    /// <returns>The message's id.</returns>
    /// <exception cref="HubException">There is no such store, it has no publish policy, the caller may not publish to it, or it does not
    /// take the message: <c>[code] words</c>.</exception>
    public virtual Task<string> PublishWith(string store, object? data, string? eventType, string? idempotencyKey) =>
        PublishAsync(store, data, eventType, idempotencyKey);

    private ConnectionSubscriptions Subscriptions => Context.Features.GetRequiredFeature<ConnectionSubscriptions>();

    private ConnectionAdmission Admission => Subscriptions.Admission;

    private Task<string> EnterAsync(string store, string? after, int? milliseconds = null) => Admission.CountRefusalsAsync(async () =>
    {
        var access = await AskAsync(store);
        var interval = IntervalOf(milliseconds);
        return (await Subscriptions.EnterAsync(store, after, access, Context.ConnectionAborted, interval))!;
    });

    private static TimeSpan IntervalOf(int? milliseconds)
    {
        var interval = TimeSpan.FromMilliseconds(milliseconds ?? 0);
        return milliseconds is null || (interval >= DeliveryPace.Shortest && interval <= DeliveryPace.Longest)
            ? interval
            : throw HubRefusal.OfInterval(milliseconds.Value);
    }

    private Task<IAsyncEnumerable<StoreStreamItem>> StreamAsync(
        string store, string? after, FrameEncoder encoder, CancellationToken cancellationToken, int? milliseconds = null)
    {
        var subscriptions = Subscriptions; // the hub is gone when the stream is read
        return Admission.CountRefusalsAsync(async () =>
        {
            var access = await AskAsync(store);
            var interval = IntervalOf(milliseconds);
            return HubStream.ReadAsync(subscriptions.Get(store), after, access, subscriptions, encoder, interval, cancellationToken);
        });
    }

    private Task<string> PublishAsync(string store, object? data, string? eventType, string? idempotencyKey) =>
        Admission.CountRefusalsAsync(async () =>
        await HubPublishing.PublishAsync(
            await GetPublishableAsync(store), data, eventType, idempotencyKey, Subscriptions.IdempotencyScope, Context.ConnectionAborted));

    private async ValueTask<SubscriberAccess> AskAsync(string name)
    {
        Admission.Call();
        var access = Subscriptions.Ask(Subscriptions.Get(name));
        HubRefusal.ThrowUnlessAllowed(await access.DecideAsync());
        return access;
    }

    private async ValueTask<MessageStore> GetPublishableAsync(string name)
    {
        Admission.Call();
        var store = Subscriptions.Get(name);
        HubRefusal.ThrowUnlessAllowed(store.Options.PublishPolicy is null
            ? StoreVerdict.Forbidden
            : await Subscriptions.Hub.Authorizer.DecideAsync(Context.User ?? new ClaimsPrincipal(), store, StoreOperation.Publish));
        return store;
    }
}
