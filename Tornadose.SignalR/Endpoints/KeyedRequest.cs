using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Tornadose.SignalR.Endpoints;

/// <summary>What a <c>PUT</c> or <c>DELETE</c> on a keyed store asks for.</summary>
internal static class KeyedRequest
{
    private const string Conditions =
        "A change takes the condition If-None-Match: * (PUT only), If-Match: *, or If-Match with one id in quotes, as in ETag.";

    /// <param name="request">The request.</param>
    /// <param name="value">The value of a <c>PUT</c>.</param>
    /// <exception cref="ArgumentException">It has no valid key, or a condition that cannot be understood.</exception>
    public static KeyedChange Read(HttpRequest request, ReadOnlyMemory<byte> value)
    {
        var isPut = HttpMethods.IsPut(request.Method);
        var condition = ConditionOf(request.Headers.IfMatch, request.Headers.IfNoneMatch, isPut);
        return request.Query["key"] switch
        {
            [{ } key] => isPut ? KeyedChange.Set(key, value, condition) : KeyedChange.Remove(key, condition),
            [] when isPut => throw new ArgumentException("Name the key: ?key=…"),
            [] when condition == default => KeyedChange.Clear,
            [] => throw new ArgumentException("The removal of all keys takes no condition."),
            _ => throw new ArgumentException("A change takes one key; the query has several."),
        };
    }

    /// <summary>Answers a request that changed nothing.</summary>
    public static Task AnswerNothingAsync(HttpContext context, KeyedChange change)
    {
        if (change.Condition != default)
            return Refusal.WriteAsync(context, (StatusCodes.Status412PreconditionFailed, "The key does not meet the condition."));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static KeyCondition ConditionOf(StringValues ifMatch, StringValues ifNoneMatch, bool isPut) => (ifMatch, ifNoneMatch) switch
    {
        ([], []) => default,
        ([], ["*"]) when isPut => KeyCondition.IfNew,
        (["*"], []) => KeyCondition.IfExists,
        ([['"', .. var id, '"']], []) when !id.Contains('"', StringComparison.Ordinal) => KeyCondition.IfId(id),
        _ => throw new ArgumentException(Conditions),
    };
}
