using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Chooses the format by the <c>Accept</c> header (RFC 9110 §12.5.1): the highest quality wins, then the most specific, then Server-Sent Events.</summary>
internal static class AcceptNegotiation
{
    public const string EventStream = "text/event-stream";
    public const string JsonLines = "application/x-ndjson";
    public const string Json = "application/json";

    private static readonly (MediaTypeHeaderValue Type, StreamFormat Format)[] Offers =
    [
        (new(EventStream), StreamFormat.ServerSentEvents),
        (new(JsonLines), StreamFormat.JsonLines),
        (new(Json), StreamFormat.Snapshot),
    ];

    /// <summary>Whether a person asks: browsers name HTML for a page, and nothing else does.</summary>
    public static bool WantsPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var wanted) && wanted.Any(static range => range.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    public static StreamFormat Choose(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (StringValues.IsNullOrEmpty(accept) || accept is [EventStream or "*/*"])
            return StreamFormat.ServerSentEvents;
        return MediaTypeHeaderValue.TryParseList(accept, out var wanted) && wanted.Count > 0
            ? Choose(wanted)
            : StreamFormat.ServerSentEvents;
    }

    private static StreamFormat Choose(IList<MediaTypeHeaderValue> wanted)
    {
        var best = StreamFormat.None;
        var bestRank = (Quality: 0.0, Specificity: -1);
        foreach (var (type, format) in Offers)
        {
            var rank = Rank(type, wanted);
            if (rank.Quality > 0 && rank.CompareTo(bestRank) > 0)
                (best, bestRank) = (format, rank);
        }

        return best;
    }

    /// <summary>The quality that the most specific of the matching ranges gives to a type.</summary>
    private static (double Quality, int Specificity) Rank(MediaTypeHeaderValue type, IList<MediaTypeHeaderValue> wanted)
    {
        var rank = (Quality: 0.0, Specificity: -1);
        foreach (var range in wanted)
        {
            var specificity = range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
            if (specificity > rank.Specificity && Matches(range, type, specificity))
                rank = (range.Quality ?? 1, specificity);
        }

        return rank;
    }

    private static bool Matches(MediaTypeHeaderValue range, MediaTypeHeaderValue type, int specificity) => specificity switch
    {
        0 => true,
        1 => range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase),
        _ => range.MediaType.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase),
    };
}
