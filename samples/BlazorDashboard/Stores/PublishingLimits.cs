namespace BlazorDashboard.Stores;

/// <summary>Restricts what can be published.</summary>
public static class PublishingLimits
{
    /// <summary>
    /// Allows only one of the stores to be published to over HTTP: only this machine publishes its measurements to the others.
    /// </summary>
    public static IEndpointConventionBuilder OnlyTo(this IEndpointConventionBuilder publishing, string store)
    {
        publishing.Add(endpoint =>
        {
            var publish = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
                context.GetRouteValue("store") is string name && name == store ? publish(context) : Forbid(context);
        });
        return publishing;
    }

    private static Task Forbid(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
