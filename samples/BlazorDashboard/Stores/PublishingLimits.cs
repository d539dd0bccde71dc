namespace BlazorDashboard.Stores;

/// <summary>Narrows who may publish what.</summary>
public static class PublishingLimits
{
    /// <summary>
    /// Lets only one of the stores be published to over HTTP: the others show what this machine measures, and nobody else has a say in
    /// that.
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
