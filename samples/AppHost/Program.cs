var builder = DistributedApplication.CreateBuilder(args);

// The redis-server of this machine. With a container engine, these lines would be  var redis = builder.AddRedis("redis");
var server = builder.AddExecutable("redis-server", "redis-server", ".")
    .WithArgs("--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "-::1")
    .WithEndpoint(scheme: "tcp", name: "tcp");
var endpoint = server.GetEndpoint("tcp");
server.WithArgs("--port", endpoint.Property(EndpointProperty.TargetPort));
var redis = builder.AddConnectionString(
    "redis", ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.HostAndPort)}"));

foreach (var node in new[] { "left", "right" })
    builder.AddProject<Projects.BlazorDashboard>(node)
        .WithHttpEndpoint()
        .WithHttpHealthCheck("/health/ready")
        .WithReference(redis)
        .WaitFor(server)
        .WithEnvironment("node", node)
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development") // where the dashboard maps the inspector
        .WithUrlForEndpoint("http", url => url.DisplayText = "dashboard")
        .WithUrlForEndpoint("http", _ => new() { Url = "/stores/_inspect", DisplayText = "inspector" });

builder.Build().Run();
