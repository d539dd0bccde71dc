namespace Tornadose.SignalR.Tool;

/// <summary>The cause of a failure, for people.</summary>
internal static class Failure
{
    /// <summary>If TLS fails, the framework's message is "see inner exception", which is not visible on a terminal.</summary>
    public static string Words(this Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } reason })
                return $"TLS fails: {reason.Message} tornadose doctor says more.";
        return failure.Message;
    }
}
