using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary><c>POST {prefix}/_ticket</c>: issues a ticket for one stream to a user who has the application's normal credentials.</summary>
internal sealed class TicketEndpoint(StoreProvider stores, StoreAuthorizer authorizer, StoreTickets tickets,
    SubscriberRegistry registry, TornadoseOptions options)
{
    public const string Path = "_ticket";

    private const int MaxBodyBytes = 16 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (JsonException)
        {
            await RefuseAsync(context, """
                A ticket request is JSON: {"stores":["orders"],"transport":"sse"}; the transport is "sse" or "websocket".
                """);
        }
        catch (BadHttpRequestException invalid)
        {
            await Refusal.WriteAsync(context, (invalid.StatusCode, invalid.Message));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // Pages of other sites must not get tickets with their visitors' cookies.
        if (PageOrigin.Fault(context.Request, options.AllowedOrigins) is { } foreign)
            await Refusal.WriteAsync(context, foreign);
        else if (context.User.Identity?.IsAuthenticated != true)
            await Refusal.DenyAsync(context, StoreVerdict.Unauthenticated, []);
        else if (!context.Request.HasJsonContentType())
            await Refusal.WriteAsync(context, (StatusCodes.Status415UnsupportedMediaType, "A ticket request is application/json."));
        else
            await IssueAsync(context, await ReadAsync(context));
    }

    private static async ValueTask<TicketRequest> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxBodyBytes;
        var request = await JsonSerializer.DeserializeAsync(
            context.Request.Body, TicketJson.Default.TicketRequest, context.RequestAborted);
        return request is { Stores: not null, Transport: StoreTickets.ServerSentEvents or StoreTickets.WebSocket }
            ? request
            : throw new JsonException();
    }

    private async Task IssueAsync(HttpContext context, TicketRequest request)
    {
        var selection = StoreSelection.Find(request.Stores!, stores, () => ClientKey.Of(context, options));
        if (selection.Refusal is { } unknown)
        {
            await Refusal.WriteAsync(context, unknown);
            return;
        }

        if (await authorizer.Ask(context.User, selection.Stores, context).DecideAsync() is not StoreVerdict.Allowed and var verdict)
        {
            await Refusal.DenyAsync(context, verdict, selection.Stores.Select(static store => store.Options.ReadPolicy));
            return;
        }

        if (!registry.Admission.TryTicket(ClientKey.Of(context, options)))
        {
            await Refusal.ComeBackAsync(context, format: null, options.NextRetry(), AdmissionRefusal.TooManyTickets);
            return;
        }

        var until = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        if (tickets.Issue(context.User, until, selection.Stores.Select(static store => store.Name), request.Transport!) is { } ticket)
            await WriteAsync(context, new TicketResponse(ticket, (int)options.TicketLifetime.TotalSeconds));
        else
            await RefuseAsync(
                context, "The ticket would be too long for a URL: you have too many claims, or ask for too many stores at once.");
    }

    private static Task WriteAsync(HttpContext context, TicketResponse response)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(context.Response.Body, response, TicketJson.Default.TicketResponse, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, string text) =>
        Refusal.WriteAsync(context, (StatusCodes.Status400BadRequest, text));
}
