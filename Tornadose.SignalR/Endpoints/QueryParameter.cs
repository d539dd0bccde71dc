using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Tornadose.SignalR.Endpoints;

/// <summary>A secret in the query. Once read it is removed from the request, so that it appears in no later log or trace.</summary>
internal static class QueryParameter
{
    public static void Remove(HttpRequest request, string name)
    {
        var rest = QueryString.Empty;
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
            if (!pair.DecodeName().Span.Equals(name, StringComparison.OrdinalIgnoreCase))
                rest = rest.Add(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        request.QueryString = rest;
    }
}
