using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Tornadose.SignalR.Tests.Redis;

/// <summary>Members with their signatures as text, read from metadata: no assembly is loaded, and none of its dependencies is needed.</summary>
internal static class MemberSignatures
{
    /// <summary>The types and members of another assembly that one refers to.</summary>
    public static IEnumerable<string> ReferencedBy(MetadataReader reader, string assembly)
    {
        foreach (var handle in reader.TypeReferences)
            if (IsOf(reader, handle, assembly))
                yield return Name(reader, handle);
        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference && IsOf(reader, (TypeReferenceHandle)member.Parent, assembly))
                yield return $"{Name(reader, (TypeReferenceHandle)member.Parent)}::{reader.GetString(member.Name)}{Signature(member)}";
        }
    }

    /// <summary>The public types and members of an assembly. A member of an interface counts for the interfaces that extend it only where it is declared, as for the runtime.</summary>
    public static IEnumerable<string> DefinedBy(MetadataReader reader)
    {
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            var name = Name(reader, handle);
            yield return name;
            foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
                yield return $"{name}::{reader.GetString(method.Name)}{Text(method.DecodeSignature(Types.Instance, null))}";
            foreach (var field in type.GetFields().Select(reader.GetFieldDefinition))
                yield return $"{name}::{reader.GetString(field.Name)} {field.DecodeSignature(Types.Instance, null)}";
        }
    }

    private static string Signature(MemberReference member) => member.GetKind() == MemberReferenceKind.Method
        ? Text(member.DecodeMethodSignature(Types.Instance, null))
        : $" {member.DecodeFieldSignature(Types.Instance, null)}";

    private static string Text(MethodSignature<string> signature) =>
        $"({string.Join(',', signature.ParameterTypes)}) {signature.ReturnType} {signature.GenericParameterCount} {signature.Header.IsInstance}";

    private static bool IsOf(MetadataReader reader, TypeReferenceHandle handle, string assembly)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == assembly,
            HandleKind.TypeReference => IsOf(reader, (TypeReferenceHandle)scope, assembly),
            _ => false,
        };
    }

    private static string Name(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Name(reader, (TypeReferenceHandle)type.ResolutionScope)}+{reader.GetString(type.Name)}"
            : $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }

    private static string Name(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return type.GetDeclaringType().IsNil
            ? $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}"
            : $"{Name(reader, type.GetDeclaringType())}+{reader.GetString(type.Name)}";
    }

    /// <summary>Types by their full names, whichever assembly they are in: the base class library moved its types about.</summary>
    private sealed class Types : ISignatureTypeProvider<string, object?>
    {
        public static readonly Types Instance = new();

        public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

        public string GetByReferenceType(string elementType) => $"{elementType}&";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "method*";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(',', typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => isRequired ? $"{unmodifiedType} modreq {modifier}" : unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => $"{elementType}*";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => $"{elementType}[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Name(reader, handle);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Name(reader, handle);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }
}
