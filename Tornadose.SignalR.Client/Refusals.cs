using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Client;

/// <summary>Translates a server's refusal into an exception, and decides whether another attempt could succeed.</summary>
internal static class Refusals
{
    /// <summary>How many bytes of a refusal's body are read.</summary>
    private const int MostWords = 1024;

    /// <summary>How long to wait for the body.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The HTTP status for each of the hub's error codes.</summary>
    private static readonly Dictionary<string, HttpStatusCode> HubCodes = new()
    {
        ["completed"] = HttpStatusCode.Conflict,
        ["invalid"] = HttpStatusCode.BadRequest,
        ["unauthorized"] = HttpStatusCode.Unauthorized,
        ["forbidden"] = HttpStatusCode.Forbidden,
        ["not-found"] = HttpStatusCode.NotFound,
        ["rate-limited"] = HttpStatusCode.TooManyRequests,
        ["unavailable"] = HttpStatusCode.ServiceUnavailable,
    };

    /// <exception cref="DismissedException">The status is 204.</exception>
    /// <exception cref="StoreConnectionException">The status is another one than 200.</exception>
    public static async Task ThrowUnlessOkAsync(
        HttpResponseMessage response, bool hasTicket, TimeProvider time, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.OK)
            return;
        if (response.StatusCode == HttpStatusCode.NoContent)
            throw new DismissedException(isNoContent: true);
        var words = await ReadWordsAsync(response, cancellationToken).ConfigureAwait(false);
        throw Of(response.StatusCode, words, hasTicket, ParseRetryAfter(response.Headers.RetryAfter, time));
    }

    /// <param name="status">The status.</param>
    /// <param name="words">What the server says besides the status; may be empty.</param>
    /// <param name="hasTicket">Whether the request had a ticket: a 401 may mean that it expired, and the next one may be accepted.</param>
    /// <param name="retryAfter">How long the server asks the client to wait.</param>
    /// <param name="innerException">The cause.</param>
    public static StoreConnectionException Of(
        HttpStatusCode status, string words, bool hasTicket = false, TimeSpan? retryAfter = null, Exception? innerException = null) =>
        new($"The server answered {(int)status} ({status}){(words.Length == 0 ? "" : $": {words}")}{Advice(status)}", innerException)
        {
            StatusCode = status,
            RetryAfter = retryAfter,
            IsFinal = IsFinal(status) && !(hasTicket && status == HttpStatusCode.Unauthorized),
        };

    /// <summary>The hub's refusals begin with a code in brackets, after a prefix that SignalR adds.</summary>
    /// <returns>Null for an error without a code.</returns>
    public static StoreConnectionException? Of(HubException refusal)
    {
        var begin = refusal.Message.IndexOf('[', StringComparison.Ordinal);
        var end = refusal.Message.IndexOf(']', Math.Max(begin, 0));
        return begin >= 0 && end > begin && HubCodes.TryGetValue(refusal.Message[(begin + 1)..end], out var status)
            ? Of(status, refusal.Message[begin..], innerException: refusal)
            : null;
    }

    /// <summary>The specific exception for a refusal, for the application.</summary>
    public static Exception ForApplication(StoreConnectionException refusal, string stores) => refusal.StatusCode switch
    {
        HttpStatusCode.Unauthorized => new StoreAccessDeniedException(refusal.Message, isAuthenticated: false, refusal),
        HttpStatusCode.Forbidden => new StoreAccessDeniedException(refusal.Message, isAuthenticated: true, refusal),
        HttpStatusCode.NotFound => new StoreNotFoundException(
            stores, $"There is no store '{stores}' for this client. {refusal.Message}", refusal),
        _ => refusal,
    };

    public static TimeSpan? ParseRetryAfter(RetryConditionHeaderValue? value, TimeProvider time)
    {
        var wait = value?.Delta ?? (value?.Date - time.GetUtcNow());
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>A 4xx is final, except for the statuses by which a server or a proxy says "not now".</summary>
    private static bool IsFinal(HttpStatusCode status) => (int)status is >= 400 and < 500
        && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.MisdirectedRequest or HttpStatusCode.TooManyRequests)
        && (int)status != 425;

    private static string Advice(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => " Set TornadoseClientOptions.AccessTokenProvider, or headers or cookies of the HttpClient.",
        HttpStatusCode.NotFound => " Is the store added (AddTornadose().AddQueueStore(…)), and BaseAddress the URL of MapStores?",
        HttpStatusCode.MethodNotAllowed => " To publish, the server needs app.MapStorePublishing(…).",
        HttpStatusCode.NotAcceptable or HttpStatusCode.UpgradeRequired =>
            " Is BaseAddress the URL of MapStores, and the server of the same version?",
        _ => "",
    };

    /// <summary>Other media types are ignored: the HTML page of a proxy is of no use to a program.</summary>
    private static async Task<string> ReadWordsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("text/plain" or "application/problem+json"))
            return "";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            var words = new byte[MostWords];
            var length = await stream.ReadAtLeastAsync(words, words.Length, throwOnEndOfStream: false, patience.Token)
                .ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(words, 0, length).Trim();
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return ""; // the status says enough
        }
    }
}
