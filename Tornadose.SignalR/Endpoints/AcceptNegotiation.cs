using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.LongPolling;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Chooses the format by the <c>Accept</c> header (RFC 9110 §12.5.1): the highest quality wins, then the most specific, then the one that
/// was added first, which is Server-Sent Events.
/// </summary>
internal sealed class AcceptNegotiation
{
    private readonly (MediaTypeHeaderValue Type, StreamFormat Format)[] _offers;
    private readonly (MediaTypeHeaderValue Type, StreamFormat Format)[] _answers;

    /// <param name="formats">The formats, the library's own first.</param>
    /// <exception cref="InvalidOperationException">Two have the same media type, or name.</exception>
    public AcceptNegotiation(IEnumerable<StreamFormat> formats)
    {
        Formats = [.. formats];
        foreach (var same in Formats.GroupBy(static format => format.MediaType, StringComparer.OrdinalIgnoreCase)
            .Concat(Formats.GroupBy(static format => format.Name, StringComparer.Ordinal)).Where(static group => group.Count() > 1))
            throw new InvalidOperationException(
                $"'{same.Key}' is the media type or the name of both {same.First().GetType()} and {same.Last().GetType()}: " +
                    "each format of AddStreamFormat needs its own.");
        _offers = [.. Formats.Select(static format => (new MediaTypeHeaderValue(format.MediaType), format))];
        _answers = [.. _offers.Where(static offer => offer.Format is LongPollingFormat)];
    }

    /// <summary>The formats to choose from.</summary>
    public IReadOnlyList<StreamFormat> Formats { get; }

    /// <summary>The refusal of a request that accepts none of them.</summary>
    public (int Status, string Text) NotAcceptable => (
        StatusCodes.Status406NotAcceptable,
        $"A store is served as {string.Join(", ", Formats.Select(static format => format.MediaType))} and WebSocket; " +
            $"?{WaitTime.Parameter}= is answered in {_answers[0].Format.MediaType}.");

    /// <summary>Whether a person asks: browsers ask for HTML when they open a page, and nothing else does.</summary>
    public static bool WantsPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var wanted)
            && wanted.Any(static range => range.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The format; null when the client accepts none. A long poll (<c>?wait=</c>) is only offered the format of long polling.
    /// </summary>
    public StreamFormat? Choose(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        var offers = LongPollingFormat.IsAskedFor(request) ? _answers : _offers;
        if (StringValues.IsNullOrEmpty(accept) || (accept is [var only] && (only == "*/*" || only == offers[0].Format.MediaType)))
            return offers[0].Format;
        return MediaTypeHeaderValue.TryParseList(accept, out var wanted) && wanted.Count > 0
            ? Choose(wanted, offers)
            : offers[0].Format;
    }

    /// <summary>
    /// A format has the quality of the most specific range that matches it. The sort is stable, so equal formats keep the library's order.
    /// </summary>
    private static StreamFormat? Choose(IList<MediaTypeHeaderValue> wanted, (MediaTypeHeaderValue Type, StreamFormat Format)[] offers)
    {
        // Parameters such as charset do not distinguish our formats.
        var ranges = wanted.Select(static range => new MediaTypeHeaderValue(range.MediaType, range.Quality ?? 1)).ToArray();
        return offers
            .Select(offer => (offer.Format, Range: ranges.Where(range => offer.Type.IsSubsetOf(range)).MaxBy(Specificity)))
            .Where(static choice => choice.Range is { Quality: > 0 })
            .OrderByDescending(static choice => choice.Range!, MediaTypeHeaderValueComparer.QualityComparer)
            .FirstOrDefault().Format;
    }

    private static int Specificity(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
