using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// <c>POST</c> on a store's URL: the body is the message, <c>?event=</c> its type, <c>Idempotency-Key</c> makes a retry safe. JSON lines
/// are several messages, stored all together or not at all. <c>PUT</c> and <c>DELETE</c> change a key of a keyed store.
/// </summary>
internal sealed class PublishEndpoint(StoreProvider stores, StoreAuthorizer authorizer, TornadoseOptions options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // A page may post text to any site without a preflight request, and its visitor's cookies are sent along.
        if (PageOrigin.Fault(context.Request, options.AllowedOrigins) is { } foreign)
        {
            await Refusal.WriteAsync(context, foreign);
            return;
        }

        var selection = StoreSelection.Read(context, stores, options);
        if (selection.IsList)
            selection = StoreSelection.OneOnly;
        if (selection.Refusal is { } refusal)
            await Refusal.WriteAsync(context, refusal);
        else if (await authorizer.DecideAsync(context.User, selection.Stores[0], StoreOperation.Publish)
            is not StoreVerdict.Allowed and var verdict)
            await Refusal.DenyAsync(context, verdict, [selection.Stores[0].Options.PublishPolicy]);
        else
            await PublishAsync(context, selection.Stores[0]);
    }

    private async Task PublishAsync(HttpContext context, MessageStore store)
    {
        try
        {
            var position = HttpMethods.IsPost(context.Request.Method)
                ? await PublishAsync(context.Request, store)
                : await ChangeAsync(context, store);
            if (position is null)
                return;
            var answer = $$"""{"id":"{{position}}"}""";
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = answer.Length;
            await context.Response.WriteAsync(answer, context.RequestAborted);
        }
        catch (MessageTooLargeException tooLarge)
        {
            await Refusal.WriteAsync(context, (StatusCodes.Status413PayloadTooLarge, tooLarge.Message));
        }
        catch (StoreFullException full)
        {
            await Refusal.WriteAsync(context, (StatusCodes.Status507InsufficientStorage, full.Message));
        }
        catch (StoreCompletedException completed)
        {
            await Refusal.WriteAsync(context, (StatusCodes.Status409Conflict, completed.Message));
        }
        catch (TooManyStoresException)
        {
            await Refusal.WriteAsync(context, Refusal.TooManyStores); // it was dropped since it was found
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException or ObjectDisposedException)
        {
            context.Response.Headers.RetryAfter = "1";
            const string reason = "Nothing can be published at the moment. Try again, with the same Idempotency-Key.";
            await Refusal.WriteAsync(context, (StatusCodes.Status503ServiceUnavailable, reason));
        }
        catch (ArgumentException invalid)
        {
            await Refusal.WriteAsync(context, (StatusCodes.Status400BadRequest, PublishRefusal.Words(invalid)));
        }
        catch (BadHttpRequestException invalid)
        {
            await Refusal.WriteAsync(context, (invalid.StatusCode, invalid.Message));
        }
    }

    /// <returns>Null when the request has been answered: nothing was changed.</returns>
    private async ValueTask<MessagePosition?> ChangeAsync(HttpContext context, MessageStore store)
    {
        if (store.Kind != StoreKind.Keyed)
        {
            context.Response.Headers.Allow = "GET, HEAD, POST";
            await Refusal.WriteAsync(context, Refusal.NoKeyedStore);
            return null;
        }

        var request = context.Request;
        var isPut = HttpMethods.IsPut(request.Method);
        var form = isPut ? PublishBody.FormOf(request) : BodyForm.Text;
        if (form == BodyForm.Lines)
            throw PublishBody.Unsupported();
        var change = KeyedRequest.Read(request, isPut ? await ReadValueAsync(request, store, form) : default);
        if (await store.ChangeAsync(change, OptionsOf(request), context.RequestAborted) is not { } position)
        {
            await KeyedRequest.AnswerNothingAsync(context, change);
            return null;
        }

        if (isPut)
            context.Response.Headers.ETag = $"\"{position}\"";
        return position;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadValueAsync(HttpRequest request, MessageStore store, BodyForm form)
    {
        var body = await PublishBody.ReadAsync(request, store, store.Options.MaxMessageBytes);
        return form == BodyForm.Json ? JsonText.OneLine(body) : JsonText.OfString(body.Span);
    }

    private PublishOptions OptionsOf(HttpRequest request) => new()
    {
        EventType = request.Query["event"],
        IdempotencyKey = KeyOf(request),
        Scope = IdempotencyScope.Of(options.UserId(request.HttpContext.User)),
    };

    private async ValueTask<MessagePosition?> PublishAsync(HttpRequest request, MessageStore store)
    {
        var form = PublishBody.FormOf(request);
        var published = OptionsOf(request);
        var limit = form == BodyForm.Lines ? PublishOptions.MaxBatchBytes : store.Options.MaxMessageBytes;
        var body = await PublishBody.ReadAsync(request, store, limit);
        var aborted = request.HttpContext.RequestAborted;
        return form switch
        {
            BodyForm.Lines => await store.PublishManyAsync(MessageLines.Read(body, published.EventType, store), published, aborted),
            BodyForm.Json => await store.PublishJsonAsync(JsonText.OneLine(body), published, aborted),
            _ => await store.PublishUtf8Async(body, published, aborted),
        };
    }

    private static string? KeyOf(HttpRequest request) => request.Headers["Idempotency-Key"] switch
    {
        [] or [""] => null,
        [{ } key] => key,
        _ => throw new ArgumentException("Idempotency-Key is given more than once. A message has one key."),
    };
}
