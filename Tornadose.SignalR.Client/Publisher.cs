using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>
/// Publishes by <c>POST</c> to a store's URL. Except after a 401, it does not retry: the application decides, because it has the
/// idempotency key.
/// </summary>
internal sealed class Publisher(StoreRequests requests)
{
    private const int LongestKey = 256;

    /// <summary>The default time-out of <see cref="HttpClient"/>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    public async Task<string> PublishAsync(
        string store, ReadOnlyMemory<byte> data, string mediaType, PublishOptions? options, CancellationToken cancellationToken)
    {
        StoreNames.Validate(store);
        CheckKey(options?.IdempotencyKey);
        using var deadline = new CancellationTokenSource(Patience, requests.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await SendAsync(store, data, mediaType, options, over.Token).ConfigureAwait(false);
        }
        catch (StoreConnectionException refusal)
        {
            throw ForApplication(refusal, store);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            var words = $"The server of store '{store}' did not answer. Publish again, with the same IdempotencyKey.";
            throw new StoreUnavailableException(words, mayBeStored: !HasNotConnected(failure), failure);
        }
    }

    private async Task<string> SendAsync(
        string store, ReadOnlyMemory<byte> data, string mediaType, PublishOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(store, data, mediaType, options, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreConnectionException refused) when (refused.StatusCode == HttpStatusCode.Unauthorized
            && requests.Options.AccessTokenProvider is not null)
        {
            // Once more with another token: a request that got a 401 stored nothing.
            return await PostAsync(store, data, mediaType, options, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string> PostAsync(
        string store, ReadOnlyMemory<byte> data, string mediaType, PublishOptions? options, CancellationToken cancellationToken)
    {
        var url = requests.Address.Of(store, string.IsNullOrEmpty(options?.EventType) ? [] : [("event", options.EventType)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(data) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType, mediaType == "text/plain" ? "utf-8" : null);
        if (options?.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await requests.SendAsync(request, hasTicket: false, cancellationToken).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.GetProperty("id").GetString()!;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new StoreConnectionException("The server's answer has no message id. Is BaseAddress the URL of MapStores?", failure);
        }
    }

    private static bool HasNotConnected(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError,
    };

    private static Exception ForApplication(StoreConnectionException refusal, string store) => refusal.StatusCode switch
    {
        HttpStatusCode.BadRequest => new ArgumentException(refusal.Message, refusal),
        HttpStatusCode.Conflict => new StoreCompletedException(store, refusal),
        HttpStatusCode.RequestEntityTooLarge => new MessageTooLargeException(refusal.Message),
        HttpStatusCode.TooManyRequests => new StoreUnavailableException(refusal.Message, mayBeStored: false, refusal),
        >= HttpStatusCode.InternalServerError => new StoreUnavailableException(refusal.Message, mayBeStored: true, refusal),
        _ => Refusals.ForApplication(refusal, store),
    };

    /// <summary>The key is sent as a header, which limits its characters.</summary>
    private static void CheckKey(string? key)
    {
        if (key is not null && (key.Length is 0 or > LongestKey || !Ascii.IsValid(key) || key.Any(char.IsControl) || key != key.Trim()))
            throw new ArgumentException(
                $"An idempotency key has 1 to {LongestKey} ASCII characters, without control characters, and without spaces at its ends.",
                nameof(key));
    }
}
