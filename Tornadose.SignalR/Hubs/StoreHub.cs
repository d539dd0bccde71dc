using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// The stores for SignalR clients. The SignalR group named after a store is its set of SignalR subscribers: <see cref="Subscribe"/> joins the group, and so does
/// <c>Groups.AddToGroupAsync(connectionId, "orders")</c> from anywhere in the application, over Redis also on another server than the connection's; leaving the group ends the subscription.
/// May be derived from: <c>class MyHub : StoreHub</c>, with <c>AddTornadose().AddHub&lt;MyHub&gt;()</c> and <c>MapStoreHub&lt;MyHub&gt;(…)</c>.
/// </summary>
/// <remarks>
/// A connection that is made anew has a new connection id, and has lost its groups: the client subscribes again, with the last id that it saw, and gets what it missed.
/// </remarks>
public class StoreHub : Hub<IStoreClient>
{
    /// <summary>Made by SignalR for each invocation.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only Clients generates code, which this class never touches.")]
    public StoreHub()
    {
    }

    /// <summary>Starts to send a store's messages to the caller's <c>Message</c>. Does nothing when they are sent already.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">
    /// The id of the last message that the caller saw, on whatever transport: what came after it is sent first. When that is not possible, the caller's <c>Reset</c> is called first. Null for a
    /// new subscriber: of a data store it gets the current value.
    /// </param>
    /// <returns>The id after which the messages follow.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers.</exception>
    public virtual async Task<string> Subscribe(string store, string? after = null)
    {
        var access = await AskAsync(store);
        return (await Subscriptions.EnterAsync(store, string.IsNullOrEmpty(after) ? null : StartAt.AfterId(after), access, Context.ConnectionAborted))!;
    }

    /// <summary>Stops sending a store's messages. Once this has completed, no more of them come.</summary>
    /// <param name="store">The store's name. It is no error not to be subscribed.</param>
    /// <returns>A task that ends when the subscription has ended.</returns>
    public virtual Task Unsubscribe(string store) =>
        // Clients have no say in groups that are no stores.
        Subscriptions.Has(store) ? Subscriptions.LeaveAsync(store, Context.ConnectionAborted) : Task.CompletedTask;

    /// <summary>A store's messages as a stream, for <c>connection.stream("Watch", store, after)</c>: it ends when the caller cancels it.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw; null for a new subscriber.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, and <c>{ reset: { reason, id } }</c> where messages are missing.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers.</exception>
    public virtual async Task<IAsyncEnumerable<object>> Watch(string store, string? after = null, CancellationToken cancellationToken = default)
    {
        return await ReadAsync(store, after, asText: false, cancellationToken);
    }

    /// <summary>The same as <see cref="Watch"/>, but <c>data</c> is always a string: the text that was published, also where it is JSON, with all its digits and quotes.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="after">The id of the last message that the caller saw; null for a new subscriber.</param>
    /// <param name="cancellationToken">Cancelled by SignalR when the caller gives up the stream or goes away.</param>
    /// <returns><c>{ id, event?, data }</c> for each message, and <c>{ reset: { reason, id } }</c> where messages are missing.</returns>
    /// <exception cref="HubException">There is no such store, the caller may not read it, or the server takes no more subscribers.</exception>
    public virtual async Task<IAsyncEnumerable<object>> WatchText(string store, string? after, CancellationToken cancellationToken = default)
    {
        return await ReadAsync(store, after, asText: true, cancellationToken);
    }

    /// <summary>Publishes to a store that has a publish policy (<c>StoreOptions.PublishPolicy</c>); to others nobody publishes over the hub.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="data">A string is text; anything else becomes JSON.</param>
    /// <returns>The message's id.</returns>
    /// <exception cref="HubException">There is no such store, it has no publish policy, the caller may not publish to it, or it does not take the message.</exception>
    public virtual async Task<string> Publish(string store, object? data) =>
        await HubPublishing.PublishAsync(await GetPublishableAsync(store), data, Context.ConnectionAborted);

    private ConnectionSubscriptions Subscriptions => Context.Features.GetRequiredFeature<ConnectionSubscriptions>();

    private async ValueTask<IAsyncEnumerable<object>> ReadAsync(string store, string? after, bool asText, CancellationToken cancellationToken)
    {
        var access = await AskAsync(store);
        var start = string.IsNullOrEmpty(after) ? (StartAt?)null : StartAt.AfterId(after);
        return HubStream.ReadAsync(Subscriptions.Hub.Get(store), start, access, Subscriptions, asText, cancellationToken);
    }

    private async ValueTask<SubscriberAccess> AskAsync(string name)
    {
        Subscriptions.Call();
        var access = Subscriptions.Ask(Subscriptions.Hub.Get(name));
        Demand(await access.DecideAsync());
        return access;
    }

    private async ValueTask<DataStore> GetPublishableAsync(string name)
    {
        Subscriptions.Call();
        var store = Subscriptions.Hub.Get(name);
        Demand(store.Options.PublishPolicy is null
            ? StoreVerdict.Forbidden
            : await Subscriptions.Hub.Authorizer.DecideAsync(Context.User ?? new ClaimsPrincipal(), store, StoreOperation.Publish));
        return store;
    }

    private static void Demand(StoreVerdict verdict)
    {
        if (verdict == StoreVerdict.Hidden)
            throw StoreHubContext.NoSuchStore();
        if (verdict != StoreVerdict.Allowed)
            throw new HubException("You may not do this.");
    }
}
