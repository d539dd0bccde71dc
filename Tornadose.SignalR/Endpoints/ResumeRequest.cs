using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Where a request wants to begin.</summary>
/// <param name="After">The id that the client saw last; null where it has none.</param>
/// <param name="Earliest">Whether it wants everything that is kept; with an id: when the resume is not possible.</param>
/// <param name="Last">How many of the last messages it wants; null when it does not say.</param>
/// <param name="Error">What is wrong with the request, for its author; null when nothing is.</param>
internal readonly record struct ResumeRequest(string? After, bool Earliest, int? Last, string? Error)
{
    private static readonly string[] Aliases = ["after", "lastEventId", "last_event_id"];

    /// <summary>
    /// Reads the header <c>Last-Event-ID</c>, which wins because a browser sends its newest id there while the URL keeps the first, then the query. An id
    /// that makes no sense is never an error: a status other than 200 would close a browser's <c>EventSource</c> for good.
    /// </summary>
    public static ResumeRequest Read(HttpRequest request)
    {
        if (!TryReadEarliest(request, out var earliest, out var error) || !TryReadLast(request, out var last, out error))
            return new(null, false, null, error);
        return new(AfterId(request), earliest, last, null);
    }

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

    private static bool TryReadEarliest(HttpRequest request, out bool earliest, out string? error)
    {
        var from = RequestParts.Query(request)["from"];
        earliest = from == "earliest";
        error = earliest || from.Count == 0 || from == "now" ? null : "The query parameter 'from' takes the values 'earliest' and 'now'.";
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
