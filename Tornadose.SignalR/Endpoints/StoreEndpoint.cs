using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>One URL a store: decides what a request gets. A request that is refused registers no subscriber.</summary>
internal sealed class StoreEndpoint(
    StoreProvider stores, StoreAuthorizer authorizer, TicketGate gate, AcceptNegotiation negotiation, SubscriberRegistry registry,
    TornadoseOptions options)
{
    private readonly StoreDelivery _delivery = new(registry, options);

    /// <summary>Not async on the path without a ticket: the state machine would live as long as the stream.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var admitted = gate.AdmitAsync(context);
        if (!admitted.IsCompletedSuccessfully)
            return NegotiateAsync(context, admitted);
        return admitted.Result ? NegotiateAsync(context) : Task.CompletedTask;
    }

    private async Task NegotiateAsync(HttpContext context, ValueTask<bool> admitted)
    {
        if (await admitted)
            await NegotiateAsync(context);
    }

    private Task NegotiateAsync(HttpContext context)
    {
        var isWebSocket = WebSocketRequest.IsUpgrade(context);
        if (isWebSocket && (WebSocketRequest.Fault(context) ?? PageOrigin.Fault(context.Request, options.AllowedOrigins)) is { } fault)
            return Refusal.WriteAsync(context, fault);
        var format = isWebSocket ? null : negotiation.Choose(context.Request);
        if (!isWebSocket && format is null)
            return Refusal.WriteAsync(context, negotiation.NotAcceptable);
        var resume = ResumeRequest.Read(context.Request);
        if ((resume.Error ?? format?.FindFault(context.Request) ?? Every.FindFault(context.Request)) is { } error)
            return Refusal.WriteAsync(context, (StatusCodes.Status400BadRequest, error));
        if (!isWebSocket && resume.After == SubscriberEnd.DismissedId)
            return Refusal.StayAwayAsync(context);
        var selection = StoreSelection.Read(context, stores, options);
        if (selection.IsFull)
            return Refusal.ComeBackAsync(context, format, options.NextRetry());
        if (selection.Refusal is { } refusal)
            return Refusal.WriteAsync(context, refusal);
        if (isWebSocket && selection.IsList && WebSocketSubscription.IsRaw(context))
            return Refusal.WriteAsync(context, Refusal.RawList);
        if (isWebSocket && Heartbeat.FindFault(context) is { } heartbeat)
            return Refusal.WriteAsync(context, (StatusCodes.Status400BadRequest, heartbeat));
        if (format is ServerSentEventFormat && selection.IsList
            && selection.Stores.Any(static store => MessageEventType.Fault(store.Name) is not null))
            return Refusal.WriteAsync(context, Refusal.EventNameList);
        return AnswerAsync(context, selection, resume, format);
    }

    /// <summary>Without a format it is a WebSocket.</summary>
    private Task AnswerAsync(HttpContext context, StoreSelection selection, ResumeRequest resume, StreamFormat? format)
    {
        var beginning = BeginAsync(context, selection, resume, format);
        return beginning.IsCompletedSuccessfully
            ? DeliverAsync(context, beginning.Result, format)
            : DeliverAsync(context, beginning, format);
    }

    /// <returns>What is to be delivered; null when the request has been answered.</returns>
    private async ValueTask<StoreSubscription?> BeginAsync(
        HttpContext context, StoreSelection selection, ResumeRequest resume, StreamFormat? format)
    {
        var hasPolicy = selection.Stores.Any(static store => store.Options.ReadPolicy is not null);
        var access = authorizer.Ask(hasPolicy ? context.User : RequestParts.User(context), selection.Stores, context);
        if (await access.DecideAsync() is not StoreVerdict.Allowed and var verdict)
        {
            await Refusal.DenyAsync(context, verdict, selection.Stores.Select(static store => store.Options.ReadPolicy));
            return null;
        }

        if (resume.Key is not null && (selection.IsList || selection.Stores[0].Kind != StoreKind.Keyed))
        {
            await Refusal.WriteAsync(context, Refusal.NoKeys);
            return null;
        }

        try
        {
            if (format is not null && HttpMethods.IsHead(context.Request.Method))
                await StoreHeadResponse.WriteAsync(context, selection, format, IsSnapshot(context.Request, format));
            else if (format is not null && IsSnapshot(context.Request, format))
                await SnapshotAsync(context, access, selection, resume, format);
            else
                return await SubscribeAsync(context, access, selection, resume, format);
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            // A store that was found was dropped for another, perhaps one of the same request, before it was followed; or the backplane
            // cannot be reached; or the application is stopping.
            await Refusal.ComeBackAsync(context, format, options.NextRetry());
        }

        return null;
    }

    private static bool IsSnapshot(HttpRequest request, StreamFormat format) =>
        format is LongPollingFormat && !LongPollingFormat.IsAskedFor(request);

    /// <summary>What a stream would begin with; the whole window where the request does not say.</summary>
    private async Task SnapshotAsync(
        HttpContext context, SubscriberAccess access, StoreSelection selection, ResumeRequest resume, StreamFormat format)
    {
        var window = resume.IsEmpty ? new ResumeRequest(null, Earliest: true, null, Now: false, null) { Key = resume.Key } : resume;
        const string transport = StoreSnapshotResponse.Transport;
        if (await EnterAsync(context, transport, access, selection, window, format, isSnapshot: true) is not { } snapshot)
            return;
        using (snapshot)
        {
            if (resume.Key is not null && snapshot.Feeds.First().Cursor.Snapshot is [{ Id: { } id }])
                context.Response.Headers.ETag = $"\"{id}\"";
            await StoreSnapshotResponse.WriteAsync(context, snapshot, registry);
        }
    }

    private async ValueTask<StoreSubscription?> SubscribeAsync(
        HttpContext context, SubscriberAccess access, StoreSelection selection, ResumeRequest resume, StreamFormat? format)
    {
        var transport = format?.Name ?? WebSocketSubscription.Transport;
        if (await EnterAsync(context, transport, access, selection, resume, format, isSnapshot: false) is not { } subscription)
            return null;
        try
        {
            if (format is not null && resume.After is not null && subscription.Feeds.AreAtEnd)
            {
                await Refusal.StayAwayAsync(context);
            }
            else if (await TrySpendTicketAsync(context, format))
            {
                // throws if middleware has already started the response
                context.Response.Headers[StreamHeaders.Resume] = subscription.WordOf(resume);
                return subscription;
            }
        }
        catch
        {
            subscription.Dispose();
            throw;
        }

        subscription.Dispose();
        return null;
    }

    /// <returns>False when the request has been answered: its ticket was used before, or it is not known whether it was.</returns>
    private async ValueTask<bool> TrySpendTicketAsync(HttpContext context, StreamFormat? format)
    {
        try
        {
            if (await gate.TrySpendAsync(context))
                return true;
            await Refusal.DenyAsync(context, StoreVerdict.Unauthenticated, []);
        }
        catch (StoreUnavailableException)
        {
            await Refusal.ComeBackAsync(context, format, options.NextRetry());
        }

        return false;
    }

    /// <summary>Takes a permit and opens the cursors.</summary>
    /// <returns>Null when the request has been told to come back.</returns>
    private async ValueTask<StoreSubscription?> EnterAsync(
        HttpContext context, string transport, SubscriberAccess access, StoreSelection selection,
        ResumeRequest resume, StreamFormat? format, bool isSnapshot)
    {
        var key = ClientKey.Of(context, options);
        if (!registry.Admission.TryEnter(transport, key, selection.Capacities, out var place, out var refusal, selection.Stores.Count))
        {
            await Refusal.ComeBackAsync(context, format, options.NextRetry(), refusal);
            return null;
        }

        var subscription = await StoreSubscription.OpenAsync(selection, resume, access, place, isSnapshot, context.RequestAborted);
        if (isSnapshot && !subscription.IsOpen)
            refusal = AdmissionRefusal.NotLoaded;
        else if (!registry.Admission.TryReplay(transport, key, subscription.Feeds.Behind))
            refusal = AdmissionRefusal.TooMuchReplayed;
        if (refusal is null)
            return subscription;
        subscription.Dispose();
        await Refusal.ComeBackAsync(context, format, options.NextRetry(), refusal);
        return null;
    }

    private async Task DeliverAsync(HttpContext context, ValueTask<StoreSubscription?> beginning, StreamFormat? format) =>
        await DeliverAsync(context, await beginning, format);

    private Task DeliverAsync(HttpContext context, StoreSubscription? subscription, StreamFormat? format) =>
        subscription is null ? Task.CompletedTask : _delivery.RunAsync(context, subscription, format);
}
