using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Where a request wants to begin.</summary>
/// <param name="After">The id that the client saw last; null where it has none.</param>
/// <param name="Earliest">Whether it wants everything that is kept; with an id, only if the resume is not possible.</param>
/// <param name="Last">How many of the last messages it wants; null when it does not say.</param>
/// <param name="Now">Whether it explicitly asks for new messages only.</param>
/// <param name="Error">What is wrong with the request, for its author; null when nothing is.</param>
internal readonly record struct ResumeRequest(string? After, bool Earliest, int? Last, bool Now, string? Error)
{
    private static readonly string[] Aliases = ["after", "lastEventId", "last_event_id"];

    /// <summary>
    /// Reads the header <c>Last-Event-ID</c>, then the query. The header takes precedence, because a browser sends its newest id there
    /// while the URL keeps the first. An invalid id is never an error: a status other than 200 would close a browser's
    /// <c>EventSource</c> for good.
    /// </summary>
    public static ResumeRequest Read(HttpRequest request)
    {
        if (!TryReadFrom(request, out var earliest, out var now, out var error) || !TryReadLast(request, out var last, out error))
            return new(null, false, null, false, error);
        var keys = RequestParts.Query(request)["key"];
        if (keys.Count > 1)
            return new(null, false, null, false, "The query parameter 'key' can be given only once.");
        return new(AfterId(request), earliest, last, now, keys is [{ } key] ? StoreKeys.Fault(key) : null) { Key = keys };
    }

    /// <summary>The only key of a keyed store to read; null for all.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// Whether it does not say where to begin: a stream then begins where its store's kind does, and a snapshot is the whole window.
    /// </summary>
    public bool IsEmpty => this with { Key = null } == default;

    /// <summary>An empty id is none.</summary>
    private static string? AfterId(HttpRequest request)
    {
        if (request.Headers["Last-Event-ID"] is [.., { Length: > 0 } header])
            return header;
        foreach (var alias in Aliases)
            if (RequestParts.Query(request)[alias] is [.., { Length: > 0 } value])
                return value;
        return null;
    }

    private static bool TryReadFrom(HttpRequest request, out bool earliest, out bool now, out string? error)
    {
        var from = RequestParts.Query(request)["from"];
        earliest = from == "earliest";
        now = from == "now";
        error = earliest || now || from.Count == 0 ? null : "The query parameter 'from' takes the values 'earliest' and 'now'.";
        return error is null;
    }

    private static bool TryReadLast(HttpRequest request, out int? last, out string? error)
    {
        var text = RequestParts.Query(request)["last"];
        last = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
        error = text.Count == 0 || last is not null ? null : "The query parameter 'last' takes a number of messages, from 0.";
        return error is null;
    }
}
